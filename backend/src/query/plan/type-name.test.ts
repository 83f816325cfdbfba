import { expect, test } from 'vitest'
import { parseTypeName } from './type-name.ts'

test.each([
  ['text', { schema: undefined, name: 'text' }],
  ['TEXT', { schema: undefined, name: 'text' }],
  ['my_schema.My_Type', { schema: 'my_schema', name: 'my_type' }],
  ['integer', { schema: 'pg_catalog', name: 'int4' }],
  ['double precision', { schema: 'pg_catalog', name: 'float8' }],
  ['double   precision ', { schema: 'pg_catalog', name: 'float8' }],
  ['numeric(10,2)', { schema: 'pg_catalog', name: 'numeric', modifiers: [10, 2] }],
  ['numeric( 10 , -2 )', { schema: 'pg_catalog', name: 'numeric', modifiers: [10, -2] }],
  [
    'character varying(20)[]',
    { schema: 'pg_catalog', name: 'varchar', modifiers: [20], dimensions: 1 },
  ],
  ['char', { schema: 'pg_catalog', name: 'bpchar', modifiers: [1] }],
  ['bit', { schema: 'pg_catalog', name: 'bit', modifiers: [1] }],
  ['mine.bit', { schema: 'mine', name: 'bit' }],
  ['timestamp(3) with time zone', { schema: 'pg_catalog', name: 'timestamptz', modifiers: [3] }],
  ['time without time zone', { schema: 'pg_catalog', name: 'time' }],
  ['interval', { schema: 'pg_catalog', name: 'interval' }],
  ['interval(3)', { schema: 'pg_catalog', name: 'interval', modifiers: [32_767, 3] }],
  ['int4[3][]', { schema: undefined, name: 'int4', dimensions: 2 }],
  ['größe', { schema: undefined, name: 'größe' }],
])('%s is a type name', (text, parts) => {
  expect(parseTypeName(text)).toEqual({ modifiers: [], dimensions: 0, ...parts })
})

test.each([
  '',
  'text; drop table clients',
  'text)',
  'text) as x, (select 1',
  '"text"',
  "'text'",
  'a.b.c',
  'setof text',
  'double precision varying',
  'text with time zone',
  'mine.double precision',
  'numeric(1,2,3)',
  'interval year to month',
  'numeric(a)',
  'text[',
  'text--',
  'text/**/',
  'text\0',
  `a${'b'.repeat(63)}`,
])('%j is refused before it reaches a statement', text => {
  expect(() => parseTypeName(text)).toThrow(
    expect.objectContaining({ code: 'PGRST100', status: 400 }),
  )
})

test('a refusal does not repeat more of the text than a person reads', () => {
  expect(() => parseTypeName('('.repeat(5_000))).toThrow(/^Cannot cast to '\({80}'$/)
})
