import { expect, test } from 'vitest'
import { buildCatalog } from '../../../tests/support/catalog.ts'
import { embed, field, filter, order } from '../../../tests/support/requests.ts'
import { write } from '../../../tests/support/writes.ts'
import { parameter } from '../../base/index.ts'
import type { WriteRequest } from './request.ts'
import { planWrite } from './write.ts'

const catalog = buildCatalog({
  types: { shade: { kind: 'domain', base: 'integer' } },
  representations: { shade: { fromJson: 'shade_from_json', fromText: 'shade_from_text' } },
  relations: {
    books: {
      columns: { id: 'integer', title: 'text', author_id: 'integer', cover: 'shade' },
      primaryKey: ['id'],
      foreignKeys: [{ columns: ['author_id'], to: 'authors' }],
    },
    authors: { columns: { id: 'integer', name: 'text' }, primaryKey: ['id'] },
    visits: {
      columns: { day: 'date', gate: 'text', count: 'integer' },
      primaryKey: ['day', 'gate'],
    },
    remarks: { columns: { body: 'text' } },
  },
})

function planned(relation: string, parts: Partial<WriteRequest> = {}) {
  return planWrite(catalog, write(relation, parts), { aggregates: false })
}

function refusal(relation: string, parts: Partial<WriteRequest>): unknown {
  try {
    return planned(relation, parts)
  } catch (error) {
    return error
  }
}

test('columns are those of the relation, in the order of the request', () => {
  const { columns } = planned('books', { columns: ['title', 'id', 'cover'] })
  expect(columns.map(({ column }) => column.name)).toEqual(['title', 'id', 'cover'])
  expect(columns.map(({ representation }) => representation?.fromJson?.name)).toEqual([
    undefined,
    undefined,
    'shade_from_json',
  ])
})

test('a column that is not there is refused, with the nearest name', () => {
  expect(refusal('books', { columns: ['titel'] })).toMatchObject({
    code: 'PGRST204',
    status: 400,
    message: "Could not find the 'titel' column of 'books' in the schema cache",
    hint: "Perhaps you meant the 'title' column",
  })
  expect(refusal('books', { columns: ['nothing like it'] })).toMatchObject({ hint: null })
  expect(refusal('book', {})).toMatchObject({ code: 'PGRST205' })
})

test('a conflict is by the primary key, by the columns that are named, or impossible', () => {
  const conflict = (relation: string, columns?: string[]) =>
    planned(relation, { conflict: { resolution: 'ignore-duplicates', columns } }).conflict
  expect(conflict('visits')).toEqual({
    columns: ['day', 'gate'],
    resolution: 'ignore-duplicates',
  })
  expect(conflict('books', ['title'])).toMatchObject({ columns: ['title'] })
  expect(conflict('remarks')).toBeUndefined()
  expect(() => conflict('books', ['titel'])).toThrow(expect.objectContaining({ code: '42703' }))
})

test('what is answered is a read of what was written, without a cap or conditions', () => {
  const { returning, where } = planned('books', {
    action: 'update',
    where: [filter('id', 'eq')],
    returning: 'rows',
    select: [field('title'), embed('authors', [field('name')])],
    order: [order('title')],
    limit: parameter(2),
  })
  expect(where).toMatchObject({ kind: 'test', field: { name: 'id' } })
  expect(returning).toMatchObject({
    source: { kind: 'written' },
    where: undefined,
    limit: undefined,
    rowsMax: undefined,
    order: [{ field: { name: 'title' } }],
    embeds: [{ name: 'authors' }],
  })
})

test('where nothing is answered select is not even looked at, but its parameters are known', () => {
  const filtered = embed('nowhere', [embed('deeper', [], { where: [filter('x', 'eq')] })], {
    where: [
      {
        kind: 'or',
        negated: false,
        conditions: [
          filter('a', { kind: 'is', value: 'null' }),
          filter('b', {
            kind: 'search',
            operator: 'fts',
            language: parameter(3),
            value: parameter(4),
          }),
        ],
      },
    ],
    limit: parameter(5),
  })
  const plan = planned('books', { select: [field('nothing'), filtered], offset: parameter(6) })
  expect(plan.returning).toBeUndefined()
  expect(plan.unread.map(({ index }) => index).sort()).toEqual([1, 3, 4, 5, 6])
})

test('only an insert that asks for it tells its location', () => {
  expect(planned('visits', { returning: 'location' }).location).toEqual(['day', 'gate'])
  expect(planned('visits', { returning: 'rows' }).location).toEqual([])
  expect(planned('visits', { action: 'update', returning: 'location' }).location).toEqual([])
})

const PUT = { action: 'replace', columns: ['day', 'gate'] } as const

test('a PUT names its row by the whole key', () => {
  const where = [filter('gate', 'eq'), filter('day', 'eq')]
  expect(planned('visits', { ...PUT, where }).conflict).toEqual({
    columns: ['day', 'gate'],
    resolution: 'merge-duplicates',
  })
})

test.each([
  ['no filter', []],
  ['a part of the key', [filter('day', 'eq')]],
  ['more than the key', [filter('day', 'eq'), filter('gate', 'eq'), filter('count', 'eq')]],
  ['another operator', [filter('day', 'gte'), filter('gate', 'eq')]],
  ['a negation', [filter('day', 'eq', { negated: true }), filter('gate', 'eq')]],
  [
    'a quantifier',
    [
      filter('day', {
        kind: 'compare',
        operator: 'eq',
        quantifier: 'any',
        value: parameter(1),
      }),
      filter('gate', 'eq'),
    ],
  ],
  ['a JSON path', [filter('day->a', 'eq'), filter('gate', 'eq')]],
  [
    'a tree',
    [
      { kind: 'and', negated: false, conditions: [filter('day', 'eq')] } as const,
      filter('gate', 'eq'),
    ],
  ],
])('a PUT with %s is refused', (_what, where) => {
  expect(refusal('visits', { ...PUT, where })).toMatchObject({ code: 'PGRST105', status: 405 })
})

test('a PUT needs a key in the relation and in the body', () => {
  expect(refusal('remarks', { action: 'replace', columns: ['body'] })).toMatchObject({
    code: 'PGRST105',
  })
  const where = [filter('day', 'eq'), filter('gate', 'eq')]
  expect(refusal('visits', { ...PUT, columns: ['day'], where })).toMatchObject({
    code: 'PGRST115',
    details: "The body has no 'gate'",
  })
})
