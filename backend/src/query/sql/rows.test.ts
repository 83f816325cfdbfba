import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  aggregate,
  embed,
  field,
  filter,
  path,
  read,
  spread,
  star,
} from '../../../tests/support/requests.ts'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { answer, compiled, LIBRARY_SQL, planned } from '../../../tests/support/library.ts'
import { parameter } from '../../base/index.ts'
import type { FilterRequest, OrderRequest, ReadRequest, SelectRequest } from '../plan/index.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(LIBRARY_SQL)
})
afterAll(() => database.drop())

const byId: OrderRequest = { field: path('id') }
const id = field('id')
const name = field('name')
const title = field('title')

async function rowsOf(
  relation: string,
  select: SelectRequest[],
  parts: Partial<ReadRequest> = {},
  values: (string | null)[] = [],
  rowsMax?: number,
): Promise<unknown> {
  const request = read(relation, { order: [byId], select, ...parts })
  const { body } = await answer(database, planned(request, rowsMax), values)
  return JSON.parse(body ?? 'null')
}

function equals(column: string, index: number): FilterRequest {
  return filter(column, { kind: 'compare', operator: 'eq', value: parameter(index) })
}

function whetherNull(name: string, negated: boolean): FilterRequest {
  return filter(name, { kind: 'is', value: 'null' }, { negated })
}

test('a to-one embed is one object, or null without a match', async () => {
  expect(await rowsOf('books', [id, embed('publishers', [name])])).toEqual([
    { id: 1, publishers: { name: 'Harbour' } },
    { id: 2, publishers: { name: 'Harbour' } },
    { id: 3, publishers: { name: 'Quill, "Sons"' } },
    { id: 4, publishers: null },
  ])
})

test('a to-many embed is an array, empty without a match', async () => {
  expect(
    await rowsOf(
      'publishers',
      [id, embed('books', [id], { order: [byId], where: [equals('in_print', 1)] })],
      {},
      ['true'],
    ),
  ).toEqual([
    { id: 1, books: [{ id: 1 }] },
    { id: 2, books: [] },
  ])
})

test('a one-to-one embed is an object from both ends', async () => {
  expect(
    await rowsOf('books', [id, embed('summaries', [field('body')])], { limit: parameter(1) }, [
      '3',
    ]),
  ).toEqual([
    { id: 1, summaries: { body: 'Water rises.' } },
    { id: 2, summaries: { body: null } },
    { id: 3, summaries: null },
  ])
  expect(
    await rowsOf('summaries', [embed('books', [title])], { order: [{ field: path('book_id') }] }),
  ).toEqual([{ books: { title: 'Tides' } }, { books: { title: 'Snow' } }])
})

test('a many-to-many embed goes through the junction', async () => {
  expect(await rowsOf('books', [id, embed('genres', [name], { order: [byId] })])).toEqual([
    { id: 1, genres: [{ name: 'novel' }, { name: 'poems' }] },
    { id: 2, genres: [{ name: 'poems' }] },
    { id: 3, genres: [] },
    { id: 4, genres: [{ name: 'novel' }] },
  ])
})

test('a relation can embed itself, both ways at once', async () => {
  const mentor = embed('mentor_id', [name], { alias: 'mentor' })
  const pupils = embed('authors', [name], { alias: 'pupils', order: [byId] })
  expect(await rowsOf('authors', [name, mentor, pupils])).toEqual([
    { name: 'Ada', mentor: null, pupils: [{ name: 'Bo' }, { name: 'Cy' }] },
    { name: 'Bo', mentor: { name: 'Ada' }, pupils: [] },
    { name: 'Cy', mentor: { name: 'Ada' }, pupils: [] },
  ])
})

test('a computed relationship calls its function with the row; of many rows to-one takes the first', async () => {
  const computed = [name, embed('latest_book', [id]), embed('cheap_books', [title])]
  expect(await rowsOf('authors', computed)).toEqual([
    { name: 'Ada', latest_book: { id: 3 }, cheap_books: [] },
    { name: 'Bo', latest_book: { id: 4 }, cheap_books: [{ title: 'Snow' }] },
    { name: 'Cy', latest_book: null, cheap_books: [] },
  ])
})

test('embeds nest, each with its own filters, order and range, and the cap holds for every array', async () => {
  const genres = embed('genres', [name], { order: [{ field: path('id'), direction: 'desc' }] })
  const books = embed('books', [id, genres], {
    order: [{ field: path('id'), direction: 'desc' }],
    limit: parameter(1),
    offset: parameter(2),
  })
  expect(await rowsOf('authors', [id, books], {}, ['5', '0'], 1)).toEqual([
    { id: 1, books: [{ id: 3, genres: [] }] },
  ])
  expect(await rowsOf('authors', [id, books], {}, ['1', '1'], 2)).toEqual([
    { id: 1, books: [{ id: 1, genres: [{ name: 'poems' }, { name: 'novel' }] }] },
    { id: 2, books: [{ id: 2, genres: [{ name: 'poems' }] }] },
  ])
})

test('an inner embed leaves out parents without a match, to-one as a join and to-many as a condition', async () => {
  const toOne = embed('publishers', [name], { join: 'inner', where: [equals('name', 1)] })
  expect(await rowsOf('books', [id, toOne], {}, ['Harbour'])).toEqual([
    { id: 1, publishers: { name: 'Harbour' } },
    { id: 2, publishers: { name: 'Harbour' } },
  ])
  const toMany = embed('books', [id], {
    join: 'inner',
    where: [equals('in_print', 1)],
    order: [byId],
  })
  expect(await rowsOf('authors', [name, toMany], {}, ['false'])).toEqual([
    { name: 'Bo', books: [{ id: 2 }] },
  ])
})

test('an inner embed filters through every level below it', async () => {
  const genres = embed('genres', [], { join: 'inner', where: [equals('name', 1)] })
  const books = embed('books', [title, genres], { join: 'inner' })
  expect(await rowsOf('authors', [name, books], {}, ['novel'])).toEqual([
    { name: 'Ada', books: [{ title: 'Tides' }] },
    { name: 'Bo', books: [{ title: 'Dunes' }] },
  ])
})

test('an inner embed of a limit of zero leaves no parent', async () => {
  const books = embed('books', [id], { join: 'inner', limit: parameter(1) })
  expect(await rowsOf('authors', [id, books], {}, ['0'], 10)).toEqual([])
})

test('embeds that are null or not null filter the parents, anywhere in a tree of conditions', async () => {
  const publishers = embed('publishers')
  expect(
    await rowsOf('books', [id, publishers], { where: [whetherNull('publishers', false)] }),
  ).toEqual([{ id: 4 }])
  const tree = {
    kind: 'or' as const,
    negated: false,
    conditions: [equals('id', 1), whetherNull('publishers', false)],
  }
  expect(await rowsOf('books', [id, publishers], { where: [tree] }, ['2'])).toEqual([
    { id: 2 },
    { id: 4 },
  ])
  const books = embed('books', [], { where: [equals('in_print', 1)] })
  expect(
    await rowsOf('authors', [id, books], { where: [whetherNull('books', true)] }, ['true']),
  ).toEqual([{ id: 1 }, { id: 2 }])
})

test('filters of an embed that nobody looks at change nothing', async () => {
  const books = embed('books', [], { where: [equals('title', 1)] })
  expect(await rowsOf('publishers', [id, books], {}, ['Tides'])).toEqual([{ id: 1 }, { id: 2 }])
})

test('a spread of one gives its columns to the parent, nulls without a match', async () => {
  const author = spread('authors', [
    field('name', { alias: 'author' }),
    spread('mentor_id', [field('name', { alias: 'mentor' })]),
  ])
  expect(await rowsOf('books', [id, author, spread('publishers', [name])])).toEqual([
    { id: 1, author: 'Ada', mentor: null, name: 'Harbour' },
    { id: 2, author: 'Bo', mentor: 'Ada', name: 'Harbour' },
    { id: 3, author: 'Ada', mentor: null, name: 'Quill, "Sons"' },
    { id: 4, author: 'Bo', mentor: 'Ada', name: null },
  ])
})

test('a spread takes its embeds along, and an inner one leaves out parents', async () => {
  const publishers = spread('publishers', [name, embed('books', [id], { order: [byId] })], {
    join: 'inner',
  })
  expect(await rowsOf('books', [id, publishers], { limit: parameter(1) }, ['1'])).toEqual([
    { id: 1, name: 'Harbour', books: [{ id: 1 }, { id: 2 }] },
  ])
})

test('a spread of many gives one array a column, in the order of the embed', async () => {
  const books = spread('books', [id, title], {
    order: [{ field: path('title'), direction: 'desc' }],
  })
  expect(await rowsOf('authors', [name, books])).toEqual([
    { name: 'Ada', id: [1, 3], title: ['Tides', 'Ash, "and" \\ (dust)'] },
    { name: 'Bo', id: [2, 4], title: ['Snow', 'Dunes'] },
    { name: 'Cy', id: [], title: [] },
  ])
  const inner = spread('books', [id], {
    join: 'inner',
    where: [equals('in_print', 1)],
    order: [byId],
  })
  expect(await rowsOf('authors', [name, inner], {}, ['true'])).toEqual([
    { name: 'Ada', id: [1] },
    { name: 'Bo', id: [4] },
  ])
})

test('a spread with * has every column', async () => {
  expect(
    await rowsOf('summaries', [spread('books', [star])], { order: [{ field: path('book_id') }] }),
  ).toMatchObject([
    { title: 'Tides', cover: '#0000ff' },
    { title: 'Snow', cover: '#ffffff' },
  ])
})

test('a related column decides the order, selected or not, and parents without one stay', async () => {
  const order: OrderRequest[] = [
    { relation: 'publishers', field: path('name'), direction: 'desc', nulls: 'last' },
    { field: path('id'), direction: 'desc' },
  ]
  const ids = [{ id: 3 }, { id: 2 }, { id: 1 }, { id: 4 }]
  expect(await rowsOf('books', [id, embed('publishers')], { order })).toEqual(ids)
  const inner = embed('publishers', [id], { join: 'inner' })
  expect(await rowsOf('books', [id, inner], { order })).toEqual([
    { id: 3, publishers: { id: 2 } },
    { id: 2, publishers: { id: 1 } },
    { id: 1, publishers: { id: 1 } },
  ])
  expect(
    await rowsOf('books', [id, spread('publishers', [name], { join: 'inner' })], { order }),
  ).toHaveLength(3)
  const computed: OrderRequest[] = [
    { relation: 'latest_book', field: path('title'), nulls: 'first' },
  ]
  expect(await rowsOf('authors', [name, embed('latest_book')], { order: computed })).toEqual([
    { name: 'Cy' },
    { name: 'Ada' },
    { name: 'Bo' },
  ])
})

test('an order by a step into JSON, with nulls where they are asked to be', async () => {
  const order: OrderRequest[] = [
    { field: path('data->>lang'), direction: 'asc', nulls: 'first' },
    byId,
  ]
  expect(await rowsOf('books', [id], { order })).toEqual([
    { id: 3 },
    { id: 1 },
    { id: 4 },
    { id: 2 },
  ])
})

test('fields of every kind: aliases, casts, JSON paths, computed fields, representations, twice the same', async () => {
  const select = [
    id,
    id,
    field('title', { alias: 't' }),
    field('price', { cast: 'integer' }),
    field('price', { alias: 'double', cast: 'double precision' }),
    field('data->awards->1->>year'),
    field('tags->0', { alias: 'tag' }),
    field('shout'),
    field('cover'),
    field('tags', { alias: 'list', cast: 'character varying(2)[]' }),
  ]
  const request = read('books', { select, where: [equals('id', 1)] })
  const { body } = await answer(database, planned(request), ['1'])
  expect(body).toBe(
    '[{"id":1,"id":1,"t":"Tides","price":13,"double":12.5,"year":"2004","tag":"sea","shout":"TIDES",' +
      '"cover":"#0000ff","list":["se","mo"]}]',
  )
})

test('columns that are called like the names of the statement do not confuse it', async () => {
  const select = ['t', 'root', 'one', 'e1', 'n1', 'body', '1', 'row'].map(alias =>
    field('id', { alias }),
  )
  const books = embed('books', [...select, embed('genres', select)], { alias: 't' })
  const found = await rowsOf('authors', [...select, books], { limit: parameter(1) }, ['1'])
  expect(found).toMatchObject([{ t: [{ root: 1 }, { root: 3 }], one: 1, row: 1 }])
})

test('aggregates group by everything else that is selected', async () => {
  const order: OrderRequest[] = [{ field: path('author_id') }]
  const select = [
    field('author_id'),
    aggregate('count'),
    aggregate('sum', 'price'),
    aggregate('max', 'price', { alias: 'top', aggregate: { name: 'max', cast: 'text' } }),
  ]
  expect(await rowsOf('books', select, { order })).toEqual([
    { author_id: 1, count: 2, sum: 12.5, top: '12.50' },
    { author_id: 2, count: 2, sum: 28, top: '20.00' },
  ])
  expect(
    await rowsOf('books', [aggregate('avg', 'price', { cast: 'integer' })], { order: [] }),
  ).toEqual([{ avg: 13.6666666666666667 }])
})

test('what a to-one spread adds to the groups can be ordered by', async () => {
  const authors = spread('authors', [aggregate('count', 'id'), name])
  const order: OrderRequest[] = [{ relation: 'authors', field: path('name'), direction: 'desc' }]
  expect(await rowsOf('books', [aggregate('sum', 'price'), authors], { order })).toEqual([
    { sum: 28, count: 2, name: 'Bo' },
    { sum: 12.5, count: 2, name: 'Ada' },
  ])
})

test('an order by a column that a spread delivers needs no join of its own', () => {
  const order: OrderRequest[] = [
    { relation: 'publishers', field: path('name') },
    { relation: 'publishers', field: path('id') },
  ]
  const { text } = compiled(
    planned(read('books', { select: [spread('publishers', [name])], order })),
  )
  expect(text).toContain('order by "e1"."1", "o1"."1"')
  expect(text.match(/as "o1"/g)).toHaveLength(1)
})

test('a JSON path can be grouped and ordered by', async () => {
  const order: OrderRequest[] = [{ field: path('data->>lang'), nulls: 'last' }]
  expect(await rowsOf('books', [field('data->>lang'), aggregate('count')], { order })).toEqual([
    { lang: 'en', count: 2 },
    { lang: 'sv', count: 1 },
    { lang: null, count: 1 },
  ])
})

test('aggregates group by an embed, and within one', async () => {
  const publishers = embed('publishers', [name])
  expect(
    await rowsOf('books', [aggregate('count'), publishers], {
      order: [{ field: path('count') }].slice(1),
    }),
  ).toEqual(
    expect.arrayContaining([
      { count: 2, publishers: { name: 'Harbour' } },
      { count: 1, publishers: { name: 'Quill, "Sons"' } },
      { count: 1, publishers: null },
    ]),
  )
  const books = embed('books', [aggregate('sum', 'price')])
  expect(await rowsOf('authors', [name, books], { limit: parameter(1) }, ['1'])).toEqual([
    { name: 'Ada', books: [{ sum: 12.5 }] },
  ])
})

test('aggregates of a spread are taken over the rows of the parent', async () => {
  const books = spread('books', [
    aggregate('max', 'price'),
    aggregate('count', '', { alias: 'n' }),
    field('in_print'),
  ])
  expect(await rowsOf('summaries', [books], { order: [] })).toEqual(
    expect.arrayContaining([
      { max: 12.5, n: 1, in_print: true },
      { max: 8, n: 1, in_print: false },
    ]),
  )
  const nested = spread('books', [
    spread('authors', [field('country'), aggregate('count'), embed('books', [id])]),
  ])
  expect(await rowsOf('book_genres', [nested], { order: [] })).toEqual(
    expect.arrayContaining([
      { country: 'GB', count: 2, books: [{ id: 1 }, { id: 3 }] },
      { country: 'SE', count: 2, books: [{ id: 2 }, { id: 4 }] },
    ]),
  )
})

test('a view is joined like a table, and embeds from it work', async () => {
  const authors = embed('authors', [name], { join: 'inner' })
  expect(await rowsOf('shelf', [id, authors], { limit: parameter(1) }, ['2'])).toEqual([
    { id: 1, authors: { name: 'Ada' } },
    { id: 2, authors: { name: 'Bo' } },
  ])
})

test('a select of nothing but hidden embeds has empty objects', async () => {
  expect(await rowsOf('publishers', [embed('books')])).toEqual([{}, {}])
})

test('embeds are evaluated after the limit: their subqueries run once for each row of the answer', async () => {
  const request = read('books', {
    select: [id, embed('authors', [name]), embed('genres', [name])],
    order: [{ field: path('title') }],
    limit: parameter(1),
  })
  const { text } = compiled(planned(request))
  const [row] = await database.query(
    `explain (analyze, timing off, costs off, format json) ${text.replace('$1', '2')}`,
  )
  const loops = JSON.stringify(row).match(/"SubPlan \d+".*?"Actual Loops":\s?(\d+)/g) ?? []
  expect(loops.length).toBeGreaterThan(1)
  for (const plan of loops) expect(plan).toMatch(/"Actual Loops":\s?2(\.0+)?$/)
})
