import { afterAll, beforeAll, expect, test } from 'vitest'
import { readAs } from '../../../tests/support/catalog-of.ts'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { answer } from '../../../tests/support/library.ts'
import { embed, field, filter, order, read, spread } from '../../../tests/support/requests.ts'
import { type Catalog, findRelation } from '../catalog/index.ts'
import { planRead, type ReadRequest } from '../plan/index.ts'

let database: TestDatabase
let catalog: Catalog

beforeAll(async () => {
  database = await createDatabase(`
    create table places (id int primary key, name text);
    create table harbours (depth int) inherits (places);
    create table ships (id int primary key, home int references places, name text);
    create table days (day int primary key) partition by range (day);
    create table early_days partition of days for values from (0) to (10);
    insert into places values (1, 'Oslo'), (2, 'Bergen');
    insert into harbours values (1, 'Oslo harbour', 12); -- A key of the parent's does not hold here.
    insert into ships values (1, 1, 'Fram'), (2, 2, 'Maud');
    insert into days values (3);
    create view seen as select id, name from places;
  `)
  catalog = await readAs(database.authenticatorUrl)
})
afterAll(() => database.drop())

async function bodyOf(request: ReadRequest, ...values: string[]): Promise<unknown> {
  const plan = planRead(catalog, request, { aggregates: false, rowsMax: undefined })
  const { body } = await answer(database, plan, values)
  return JSON.parse(body ?? 'null')
}

function keysOf(name: string) {
  const relation = findRelation(catalog, 'public', name)
  return { primaryKey: relation?.primaryKey, uniqueKeys: relation?.uniqueKeys }
}

test('a table that others inherit from keeps its primary key, but none that holds for a read', () => {
  expect(keysOf('places')).toEqual({ primaryKey: ['id'], uniqueKeys: [] })
  expect(keysOf('seen')).toEqual({ primaryKey: ['id'], uniqueKeys: [] })
  expect(keysOf('harbours')).toEqual({ primaryKey: [], uniqueKeys: [] })
  expect(keysOf('ships')).toEqual({ primaryKey: ['id'], uniqueKeys: [['id']] })
  expect(keysOf('days')).toEqual({ primaryKey: ['day'], uniqueKeys: [['day']] })
})

test('a read by its key answers every row that has it', async () => {
  const request = read('places', {
    select: [field('name')],
    where: [filter('id', 'eq')],
    order: [order('name')],
  })
  expect(await bodyOf(request, '1')).toEqual([{ name: 'Oslo' }, { name: 'Oslo harbour' }])
})

test('a row that points at one of them by key still embeds one', async () => {
  const request = read('ships', {
    select: [field('name'), embed('places', [field('id')])],
    where: [filter('id', 'eq')],
  })
  expect(await bodyOf(request, '1')).toEqual([{ name: 'Fram', places: { id: 1 } }])
})

test('a spread that finds two rows fails nothing', async () => {
  const request = read('ships', {
    select: [field('id'), spread('places', [field('name')])],
    where: [filter('id', 'eq')],
    order: [order('name', { relation: 'places' })],
  })
  expect(await bodyOf(request, '1')).toEqual([
    { id: 1, name: 'Oslo' },
    { id: 1, name: 'Oslo harbour' },
  ])
})
