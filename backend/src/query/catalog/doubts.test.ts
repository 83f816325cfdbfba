import { expect, test } from 'vitest'
import { buildCatalog } from '../../../tests/support/catalog.ts'
import { doubtsOf } from './doubts.ts'

const web = { name: 'web', settings: new Map<string, string>(), isolation: null }
const catalog = {
  ...buildCatalog({ relations: { books: { columns: { id: 'integer' } } } }),
  roles: new Map([['web', web]]),
}

test('a role that can be assumed and a schema with relations are beyond doubt', () => {
  expect(doubtsOf(catalog, { anonRole: 'web' })).toEqual([])
  expect(doubtsOf(catalog, { anonRole: undefined })).toEqual([])
})

test('an anonymous role that cannot be assumed and an empty schema are told', () => {
  const empty = { ...catalog, schemas: ['public', 'nothing'] }
  expect(doubtsOf(empty, { anonRole: 'webb' })).toEqual([
    expect.stringContaining(`'webb'`),
    expect.stringContaining(`'nothing'`),
  ])
})

test('a function to call before requests that is not there is told', () => {
  expect(doubtsOf(catalog, { anonRole: 'web', missingPreRequest: 'auth.chekc' })).toEqual([
    expect.stringContaining(`'auth.chekc'`),
  ])
})

test('a relation whose path answers something else is told', () => {
  const doubts = doubtsOf(catalog, { anonRole: 'web', takenPaths: ['ready', 'books'] })
  expect(doubts).toEqual([expect.stringContaining(`'public.books'`)])
})

test('an option that has no effect without Redis is told', () => {
  const doubts = doubtsOf(catalog, { anonRole: 'web', idleOptions: ['database.breakersShared'] })
  expect(doubts).toEqual([expect.stringMatching(/database\.breakersShared.*redis\.url/)])
})
