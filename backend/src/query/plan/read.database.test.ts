import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import {
  aggregate,
  embed,
  field,
  filter,
  read,
  spread,
  star,
} from '../../../tests/support/requests.ts'
import { parameter } from '../../base/index.ts'
import { type Catalog, loadCatalog } from '../catalog/index.ts'
import { planRead } from './read.ts'
import type { SelectRequest } from './request.ts'
import { parseTypeName } from './type-name.ts'
import type { ReadPlan } from './types.ts'

let database: TestDatabase
let catalog: Catalog

beforeAll(async () => {
  database = await createDatabase(`
    create domain shade as integer;
    create function shade_to_json(shade) returns json language sql as 'select to_json($1::text)';
    create cast (shade as json) with function shade_to_json(shade) as implicit;
    create table makers (id int primary key, name text, parent int references makers);
    create table cars (
      id int primary key, maker_id int constraint maker references makers, sold_to int, color shade, facts jsonb,
      search tsvector
    );
    create table owners (id int primary key, name text);
    create table owned (car int references cars, owner int references owners, primary key (car, owner));
    create table plates (car int primary key references cars, text text);
    alter table cars add constraint buyer foreign key (sold_to) references owners;
    alter table owners add column favourite int constraint favourite references cars;
    create view recent as select id, maker_id from cars;
    create function full_name(makers) returns text stable language sql as 'select $1.name';
    create function best_car(makers) returns setof cars rows 1 stable language sql
      as 'select * from cars where maker_id = $1.id limit 1';
  `)
  const client = new pg.Client(database.url)
  await client.connect()
  const queryable = {
    query: async (text: string, values?: string[]) => {
      const { rows } = await client.query<pg.QueryResultRow>(text, values)
      return rows
    },
  }
  catalog = await loadCatalog(queryable)
  await client.end()
})
afterAll(() => database.drop())

function plan(relation: string, ...select: SelectRequest[]): ReadPlan {
  return planRead(catalog, read(relation, { select }), { aggregates: true, rowsMax: undefined })
}

test('a tree of every kind of relationship plans against a real catalog', () => {
  const tree = plan(
    'makers',
    field('full_name'),
    embed('best_car', [star]),
    embed('makers', [field('id')], { alias: 'daughters' }),
    embed('parent', [field('id')]),
    embed('cars!maker', [
      field('facts->doors', { cast: 'integer' }),
      embed('plates', [star]),
      embed('owners!owned', [star]),
      spread('buyer', [field('name', { alias: 'buyer' })]),
    ]),
  )
  expect(tree.embeds.map(({ relationship }) => relationship.kind)).toEqual([
    'computed',
    'one-to-many',
    'many-to-one',
    'one-to-many',
  ])
  expect(tree.embeds[3]?.plan.embeds.map(({ relationship }) => relationship.kind)).toEqual([
    'one-to-one',
    'many-to-many',
    'many-to-one',
  ])
})

test('keys show through views, and a column target means the table', () => {
  expect(plan('recent', embed('makers', [star])).embeds[0]?.toOne).toBe(true)
  expect(plan('recent', embed('maker_id', [star])).embeds[0]?.relationship.to.name).toBe('makers')
})

test('several ways to one relation are listed in PostgREST’s order', () => {
  expect(() => plan('cars', embed('owners', [star]))).toThrow(
    expect.objectContaining({
      code: 'PGRST201',
      details: [
        {
          cardinality: 'one-to-many',
          embedding: 'cars with owners',
          relationship: 'favourite using cars(id) and owners(favourite)',
        },
        {
          cardinality: 'many-to-one',
          embedding: 'cars with owners',
          relationship: 'buyer using cars(sold_to) and owners(id)',
        },
        {
          cardinality: 'many-to-many',
          embedding: 'cars with owners',
          relationship: 'owned using owned_car_fkey(car) and owned_owner_fkey(owner)',
        },
      ],
    }),
  )
})

test('a star becomes columns where a domain has a representation', () => {
  expect(plan('cars').select).toHaveLength(6)
  expect(plan('cars').select[3]).toMatchObject({
    alias: 'color',
    representation: { toJson: { name: 'shade_to_json' } },
  })
  expect(plan('makers').select).toEqual([{ kind: 'star' }])
})

test('types decide what is converted', () => {
  expect(plan('cars', field('facts->a')).select).toMatchObject([
    { field: { convertToJson: false } },
  ])
  const search = { kind: 'search', operator: 'wfts', value: parameter(1) } as const
  for (const [column, convert] of [
    ['search', false],
    ['facts', true],
  ] as const) {
    const request = read('cars', { where: [filter(column, search)] })
    const planned = planRead(catalog, request, { aggregates: false, rowsMax: undefined })
    expect(planned.where).toMatchObject({ test: { convert } })
  }
  expect(plan('cars', aggregate('count')).aggregated).toBe(true)
})

test('an unknown column is refused in the very words of PostgreSQL', async () => {
  const refusal = {
    code: '42703',
    message: 'column makers.nam does not exist',
    hint: 'Perhaps you meant to reference the column "makers.name".',
  }
  await expect(database.query('select makers.nam from makers')).rejects.toMatchObject(refusal)
  expect(() => plan('makers', field('nam'))).toThrow(expect.objectContaining(refusal))
})

test.each([
  ...['bigint', 'int', 'integer', 'smallint', 'real', 'float', 'double precision', 'decimal'],
  ...['dec', 'numeric', 'numeric(10,2)', 'boolean', 'char', 'char(3)', 'character', 'nchar'],
  ...['varchar', 'varchar(5)', 'char varying', 'character varying(5)', 'bit', 'bit(4)', 'interval'],
  ...['bit varying', 'time', 'time without time zone', 'time with time zone', 'timestamp(3)'],
  ...['timestamp without time zone', 'timestamp(3) with time zone', 'text', 'jsonb', 'uuid[]'],
  ...['public.shade', 'shade', 'Integer[][]', 'pg_catalog.int4'],
])('quoting the parts of %s names the same type', async written => {
  const { schema, name, modifiers, dimensions } = parseTypeName(written)
  const names = [...(schema === undefined ? [] : [schema]), name].map(part => `"${part}"`)
  const length = modifiers.length === 0 ? '' : `(${modifiers.join()})`
  const quoted = `${names.join('.')}${length}${'[]'.repeat(dimensions)}`
  await database.query(`create table typed (a ${written}, b ${quoted})`)
  const types = await database.query(
    `select format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = 'typed'::regclass and attnum > 0`,
  )
  await database.query('drop table typed')
  expect(types[0]).toEqual(types[1])
})
