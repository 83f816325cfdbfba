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
