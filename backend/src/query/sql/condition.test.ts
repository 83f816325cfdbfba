import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { answer, compiled, LIBRARY_SQL, planned } from '../../../tests/support/library.ts'
import { field, filter, path, read } from '../../../tests/support/requests.ts'
import { parameter } from '../../base/index.ts'
import type { ConditionRequest, TestRequest } from '../plan/index.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(LIBRARY_SQL)
})
afterAll(() => database.drop())

const one = parameter(1)

function compare(
  operator: string,
  quantifier?: 'any' | 'all',
): Extract<TestRequest, { kind: 'compare' }> {
  return { kind: 'compare', operator, quantifier, value: one }
}

/** Ids of the books for which it holds. */
async function booksWhere(condition: ConditionRequest, ...values: string[]): Promise<unknown> {
  const request = read('books', {
    select: [field('id')],
    where: [condition],
    order: [{ field: path('id') }],
  })
  const { body } = await answer(database, planned(request), values)
  return (JSON.parse(body ?? '') as { id: number }[]).map(({ id }) => id)
}

test.each([
  ['id', 'eq', '2', [2]],
  ['id', 'neq', '2', [1, 3, 4]],
  ['id', 'gt', '2', [3, 4]],
  ['id', 'gte', '2', [2, 3, 4]],
  ['id', 'lt', '2', [1]],
  ['price', 'lte', '12.5', [1, 2]],
  ['title', 'like', '%s', [1, 4]],
  ['title', 'ilike', 'S%', [2]],
  ['title', 'match', '^.un', [4]],
  ['title', 'imatch', '^t', [1]],
  ['tags', 'cs', '{sea}', [1, 4]],
  ['tags', 'cd', '{sea,moon,cold}', [1, 2]],
  ['tags', 'ov', '{sand,cold}', [2, 4]],
  ['data', 'cs', '{"lang":"sv"}', [2]],
  ['pages', 'sl', '[100,400)', [2]],
  ['pages', 'sr', '[1,20)', [4]],
  ['pages', 'nxr', '[1,200)', [1, 2]],
  ['pages', 'nxl', '[10,20)', [1, 4]],
  ['pages', 'adj', '[300,400)', [4]],
  ['data->>lang', 'eq', 'en', [1, 4]],
  ['data->awards->0->year', 'eq', '1999', [1]],
  ['data->awards->-1->>year', 'eq', '2004', [1]],
  ["data->it's->>a\\b", 'eq', '7', [2]],
  ['tags->>0', 'eq', 'cold', [2]],
  ['shout', 'eq', 'SNOW', [2]],
  ['cover', 'eq', '#0000ff', [1]],
])('%s %s %s', async (name, operator, value, ids) => {
  expect(await booksWhere(filter(name, compare(operator)), value)).toEqual(ids)
})

test('any and all compare with every element of an array', async () => {
  expect(await booksWhere(filter('id', compare('eq', 'any')), '{1,3}')).toEqual([1, 3])
  expect(await booksWhere(filter('id', compare('gt', 'all')), '{1,3}')).toEqual([4])
  expect(await booksWhere(filter('title', compare('like', 'any')), '{T%,S%}')).toEqual([1, 2])
  expect(await booksWhere(filter('cover', compare('eq', 'any')), '{#0000ff,#ffffff}')).toEqual([
    1, 2,
  ])
})

test('in takes a list of any length, none included', async () => {
  const test: TestRequest = { kind: 'in', value: one }
  expect(await booksWhere(filter('title', test), '{Tides,"Snow"}')).toEqual([1, 2])
  expect(await booksWhere(filter('title', test), '{}')).toEqual([])
  expect(await booksWhere(filter('cover', test), '{#ffffff}')).toEqual([2])
})

test.each([
  ['null', 'publisher_id', [4]],
  ['not_null', 'publisher_id', [1, 2, 3]],
  ['true', 'in_print', [1, 4]],
  ['false', 'in_print', [2]],
  ['unknown', 'in_print', [3]],
] as const)('is %s', async (value, column, ids) => {
  expect(await booksWhere(filter(column, { kind: 'is', value }))).toEqual(ids)
})

test('isdistinct counts null as a value', async () => {
  const distinct: TestRequest = { kind: 'isdistinct', value: one }
  expect(await booksWhere(filter('in_print', distinct), 'true')).toEqual([2, 3])
  expect(await booksWhere(filter('cover', distinct), '#0000ff')).toEqual([2, 3, 4])
})

test.each([
  ['fts', 'run & tide', [1]],
  ['plfts', 'tides running', [1]],
  ['phfts', 'snow falls', [2]],
  ['wfts', 'snow -tides', [2]],
] as const)('%s searches a tsvector', async (operator, value, ids) => {
  const language = parameter(2)
  const search: TestRequest = { kind: 'search', operator, value: one, language }
  expect(await booksWhere(filter('search', search), value, 'english')).toEqual(ids)
})

test('a search makes text and JSON a tsvector first, in the same language', async () => {
  const search: TestRequest = { kind: 'search', operator: 'fts', value: one }
  expect(await booksWhere(filter('title', search), 'snow')).toEqual([2])
  const french: TestRequest = { ...search, language: parameter(2) }
  expect(await booksWhere(filter('title', french), 'dune', 'french')).toEqual([4])
  expect(await booksWhere(filter('data->>lang', search), 'sv')).toEqual([2])
})

test('not turns a test or a tree around, as three-valued logic does', async () => {
  expect(await booksWhere(filter('price', compare('gt'), { negated: true }), '10')).toEqual([2])
  const tree: ConditionRequest = {
    kind: 'or',
    negated: true,
    conditions: [
      filter('id', compare('eq')),
      {
        kind: 'and',
        negated: false,
        conditions: [
          filter('in_print', { kind: 'is', value: 'true' }),
          filter('price', compare('gt')),
        ],
      },
    ],
  }
  expect(await booksWhere(tree, '2')).toEqual([3])
})

test('keys are constants, so an index on the expression serves', async () => {
  await database.query(`create index books_lang on books ((data->'a b'->>'lang'))`)
  const request = read('books', { select: [], where: [filter('data->a b->>lang', 'eq')] })
  const { text } = compiled(planned(request))
  const client = new pg.Client(database.url)
  await client.connect()
  try {
    await client.query('set enable_seqscan = off; set plan_cache_mode = force_generic_plan')
    await client.query(`prepare keyed as ${text}`)
    const { rows } = await client.query("explain (format json) execute keyed('en')")
    expect(JSON.stringify(rows)).toContain('books_lang')
  } finally {
    await client.end()
  }
})

test('an array index that PostgreSQL cannot count to is refused', () => {
  const request = read('books', { select: [field('data->99999999999')] })
  expect(() => compiled(planned(request))).toThrow(
    expect.objectContaining({ code: 'ST131', status: 400 }),
  )
})
