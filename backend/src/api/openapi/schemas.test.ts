import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { type DocumentSchemas, schemasOf } from '../../../tests/support/openapi-check.ts'
import { startServer, type TestServer } from '../../../tests/support/server.ts'

let database: TestDatabase
let server: TestServer
let document: { components: { schemas: Record<string, { properties: Record<string, unknown> }> } }
let schemas: DocumentSchemas

beforeAll(async () => {
  database = await createDatabase(`
    create type mood as enum ('calm', 'wild');
    create type pair as (a int, b text);
    create domain percent as numeric(5, 2) check (value between 0 and 100) not null;
    create domain code as varchar(4);
    create type boxed as (inside pair, moods mood[]);
    create type float_range as range (subtype = float8);
    create table kinds (
      id int primary key, small smallint, big bigint, exact numeric, money money, real real, double float8,
      yes boolean, text text, limited varchar(5), padded char(5), letter "char", name name, bytes bytea,
      uuid uuid, date date, time time, time_zone timetz, stamp timestamp, stamp_zone timestamptz,
      interval interval, json json, jsonb jsonb, xml xml, bits bit(3), varied varbit, inet inet, cidr cidr,
      mac macaddr, point point, box box, words tsvector, question tsquery, range int4range,
      many int4multirange, own float_range, oid oid, regclass regclass, xid xid, lsn pg_lsn,
      mood mood, pair pair, boxed boxed, percent percent, code code, ints int[], square int[][], texts text[],
      moods mood[], pairs pair[], jsons jsonb[], vector int2vector, path jsonpath
    );
    insert into kinds values (
      1, 2, 9007199254740993, 1.50, 3, 1.5, 2.5, true, 'a', 'b', 'c', 'd', 'e', '\\x00ff',
      '00000000-0000-4000-8000-000000000000', '2024-02-29', '12:30', '12:30+02', '2024-02-29 12:30', '2024-02-29 12:30+02',
      '1 day 2 hours', '{"a": [1]}', '[null]', '<a/>', '101', '1', '10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03',
      '(1,2)', '(1,2),(0,0)', 'a:1', 'a & b', '[1,5)', '{[1,5)}', '[1.5,2)', 1, 'pg_class', '7', '0/1',
      'calm', '(1,x)', '("(1,x)","{calm,NULL}")', 12.5, 'abcd', '{1,NULL}', '{{1,2},{3,4}}', '{a,NULL}',
      '{wild}', '{"(1,x)"}', '{"1"}', '1 2', '$.a'
    );
    insert into kinds (id, percent) values (2, 0);
    grant select on kinds to anon;
  `)
  server = await startServer(database.authenticatorUrl)
  const { body } = await server.get('/openapi.json')
  document = JSON.parse(body) as typeof document
  schemas = schemasOf(document)
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

test('every type is written as its schema says, and so is null', async () => {
  const { body } = await server.get('/kinds?id=lte.2&select=*')
  const rows = JSON.parse(body) as Record<string, unknown>[]
  const [{ square, ...first } = {}, second] = rows
  expect(square).toEqual([
    [1, 2],
    [3, 4],
  ])
  const whole = schemas.component('KindsRow')
  for (const row of [{ ...first, square: [1, null] }, second]) {
    const isValid = whole(row)
    expect({ isValid, errors: whole.errors }).toEqual({ isValid: true, errors: null })
  }
})

test('what is selected of a row is valid too, with embeds and aliases beside it', async () => {
  const { body } = await server.get('/kinds?select=id,pair,first:json->a->0')
  const part = schemas.component('Kinds')
  const [row] = JSON.parse(body) as unknown[]
  expect(row).toMatchObject({ id: 1, first: 1 })
  expect(part(row)).toBe(true)
})

test('a schema does not let everything through', () => {
  const part = schemas.component('Kinds')
  const wrongs = [
    ...[
      { id: '1' },
      { id: null },
      { small: 40_000 },
      { exact: '1.5' },
      { yes: 1 },
      { mood: 'sad' },
    ],
    ...[
      { uuid: 'x' },
      { date: '29.02.2024' },
      { stamp_zone: '2024-02-29 12:30' },
      { percent: 101 },
    ],
    ...[{ percent: null }, { code: 'abcde' }, { limited: 'abcdef' }, { ints: 1 }, { ints: ['1'] }],
    ...[{ pair: { a: 'x', b: 'y' } }, { pair: { a: 1 } }, { moods: ['sad'] }, { range: [1, 5] }],
  ]
  for (const wrong of wrongs)
    expect({ wrong, isValid: part(wrong) }).toEqual({ wrong, isValid: false })
})

test.each([
  ['big', { type: ['integer', 'null'], format: 'int64' }],
  ['exact', { type: ['number', 'null'] }],
  ['money', { type: ['string', 'null'] }],
  ['stamp', { type: ['string', 'null'], format: 'date-time-local' }],
  ['stamp_zone', { type: ['string', 'null'], format: 'date-time' }],
  ['limited', { type: ['string', 'null'], maxLength: 5 }],
  ['jsonb', {}],
  ['oid', { type: ['string', 'null'] }],
  ['percent', { $ref: '#/components/schemas/Percent' }],
])('the column %s', (name, expected) => {
  const property = document.components.schemas['Kinds']?.properties[name] as Record<string, unknown>
  const { 'x-postgres-type': type, ...schema } = property
  expect(schema).toEqual(expected)
  expect(type).toBeTypeOf('string')
})
