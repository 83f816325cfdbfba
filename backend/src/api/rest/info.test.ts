import { expect, test } from 'vitest'
import { buildCatalog } from '../../../tests/support/catalog.ts'
import { allowOf } from './info.ts'

const catalog = buildCatalog({
  relations: {
    books: { columns: { id: 'integer' }, primaryKey: ['id'] },
    notes: { columns: { id: 'integer' } },
    shelf: { columns: { id: 'integer' }, kind: 'view' },
  },
})

test.each([
  ['books', 'OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE'],
  ['notes', 'OPTIONS,GET,HEAD,POST,PATCH,DELETE'], // PUT names a row by its key.
  ['shelf', 'OPTIONS,GET,HEAD'],
])('%s allows %s', (name, allowed) => {
  expect(allowOf(catalog, 'public', name)).toBe(allowed)
})

test('a relation that does not exist allows nothing', () => {
  expect(() => allowOf(catalog, 'public', 'nowhere')).toThrow(
    expect.objectContaining({ code: 'PGRST205' }),
  )
})
