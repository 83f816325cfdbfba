import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDatabase } from '../../../tests/support/database.ts'
import { seed } from '../../../tests/support/seed.ts'
import { RowParser } from './row.ts'

const parse = (text: string) => ({ ...new RowParser().parse(text) })

test('strings are decoded, null is null, everything else keeps its text', () => {
  const text =
    '{"id":123456789012345678901.10,"e":1E+2,"ok":true,"no":false,"gone":null,"name":"Zoë \\"Z\\" \\u00e9\\\\","tags":["a\\"]","b"],"doc":{"a": 1.00}}'
  expect(parse(text)).toEqual({
    id: '123456789012345678901.10',
    e: '1E+2',
    ok: 'true',
    no: 'false',
    gone: null,
    name: 'Zoë "Z" é\\',
    tags: '["a\\"]","b"]',
    doc: '{"a": 1.00}',
  })
})

test('white space between the parts does not matter', () => {
  expect(parse('{"id" : 1, "key" : "a"}')).toEqual({ id: '1', key: 'a' })
  expect(parse(' { "id" :\n1 } ')).toEqual({ id: '1' })
  expect(parse('{}')).toEqual({})
  expect(parse(' { } ')).toEqual({})
})

test('a row inherits nothing, whatever its columns are called', () => {
  const row = new RowParser().parse('{"__proto__":"a","constructor":1}')
  expect(Object.keys(row)).toEqual(['__proto__', 'constructor'])
  expect(row['__proto__']).toBe('a')
  const other = new RowParser().parse('{"id":1}')
  for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
    expect(other[name]).toBeUndefined()
  }
})

/** Any JSON, as PostgreSQL might write it. */
const values = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^["\\u{}[\],:]{0,8}$/),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue(),
)

function expected(row: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string' || value === null ? value : JSON.stringify(value),
    ]),
  )
}

function textOf(row: Readonly<Record<string, unknown>>, space: string): string {
  const columns = Object.entries(row).map(
    ([name, value]) => JSON.stringify(name) + space + ':' + space + JSON.stringify(value) + space,
  )
  return `{${space}${columns.join(',' + space)}}`
}

test(`any row is read, one after the other by one parser (seed ${seed})`, () => {
  const parser = new RowParser()
  const names = fc.oneof(fc.string(), fc.constantFrom('id', 'name', 'a"b', 'a\\'))
  fc.assert(
    fc.property(fc.dictionary(names, values), fc.constantFrom('', ' ', '\n\t '), (row, space) => {
      const read = parser.parse(textOf(row, space))
      expect({ ...read }).toEqual(expected(row))
      expect(Object.keys(read)).toEqual(Object.keys(row))
    }),
    { seed, numRuns: 1_000 },
  )
})

test(`what is no row ends with an error of our own (seed ${seed})`, () => {
  const broken = [
    '',
    'null',
    '[]',
    '"a"',
    '{',
    '{"a"',
    '{"a":',
    '{"a":}',
    '{"a":1',
    '{"a":"b}',
    '{"a":[1}',
    '{a:1}',
    '{"a":1,}',
    '{"a" 1}',
    '{"a":{"b":"c}',
  ]
  for (const text of broken) {
    expect(() => parse(text), text).toThrow(expect.objectContaining({ code: 'ST900' }))
  }
  const pieces = fc.array(fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', 'a', '1', ' '))
  fc.assert(
    fc.property(pieces, parts => {
      try {
        parse(parts.join(''))
      } catch (error) {
        expect(error).toSatisfy(
          (thrown: unknown) =>
            thrown instanceof SyntaxError || (thrown as { code?: string }).code === 'ST900',
        )
      }
    }),
    { seed, numRuns: 2_000 },
  )
})

test('rows of a real table arrive as they are stored', async () => {
  const database = await createDatabase()
  const [row] = await database.query<{ text: string }>(`
    select row_to_json(r)::text as text from (select
      12345678901234567890123.4500::numeric as amount, 'NaN'::numeric as "not a number", 1e300::float8 as large,
      9223372036854775807 as big, E'tab\\t "quoted" \\\\ Ω' as "no""te", array['a"b', null, '{}'] as tags,
      '{"z": 1.0, "a": [ {} ]}'::json as doc, ' {"a" : 1} '::json as spaced, '{"b":{"a":1.10}}'::jsonb as docb,
      '\\xdeadbeef'::bytea as bytes, null::int as gone, true as ok, '2026-11-22 10:00:00.123456'::timestamp as at,
      row(1, 'x') as pair, ''::text as empty) r`)
  expect(parse(row?.text ?? '')).toEqual({
    amount: '12345678901234567890123.4500',
    'not a number': 'NaN',
    large: '1e+300',
    big: '9223372036854775807',
    'no"te': 'tab\t "quoted" \\ Ω',
    tags: '["a\\"b",null,"{}"]',
    doc: '{"z": 1.0, "a": [ {} ]}',
    spaced: '{"a" : 1}',
    docb: '{"b": {"a": 1.10}}',
    bytes: '\\xdeadbeef',
    gone: null,
    ok: 'true',
    at: '2026-11-22T10:00:00.123456',
    pair: '{"f1":1,"f2":"x"}',
    empty: '',
  })
  await database.drop()
})
