import { expect, test } from 'vitest'
import { buildCatalog } from '../../../tests/support/catalog.ts'
import { changeOf, rowKey, valuesAt } from './change.ts'

const catalog = buildCatalog({
  relations: {
    pairs: { columns: { b: 'integer', a: 'text', c: 'text' }, primaryKey: ['a', 'b'] },
    bare: { columns: { a: 'integer' } },
  },
})
const PAIRS = 16_384
const BARE = 16_385
const cursor = { xid: 7n, position: 1n }
const row = (a: string, b: string) => ({ a, b, c: null })

function keysOf(event: Partial<Parameters<typeof changeOf>[0]>) {
  const nothing = { key: undefined, old: undefined, new: undefined }
  return changeOf({ relation: PAIRS, kind: 'update', cursor, ...nothing, ...event }, catalog).keys
}

test('an event is a change of its table, of its rows by key, in its transaction', () => {
  const event = {
    relation: PAIRS,
    kind: 'insert',
    cursor,
    key: row('x', '1'),
    old: undefined,
    new: row('x', '1'),
  } as const
  expect(changeOf(event, catalog)).toEqual({
    tag: '16384',
    keys: ['["x","1"]'],
    data: { old: undefined, new: row('x', '1') },
    stamp: 7n,
  })
})

test('a row whose key changed was one and is another', () => {
  expect(keysOf({ key: row('y', '1'), old: row('x', '1'), new: row('y', '1') })).toEqual([
    '["y","1"]',
    '["x","1"]',
  ])
  expect(keysOf({ kind: 'delete', key: row('x', '1'), old: row('x', '1') })).toEqual(['["x","1"]'])
})

test('where the key is not known, all of the table has changed', () => {
  expect(keysOf({ kind: 'truncate' })).toBeUndefined()
  expect(keysOf({ new: row('x', '1') })).toBeUndefined()
  expect(keysOf({ key: { id: '1' }, new: row('x', '1') })).toBeUndefined()
})

test('a table without a key has no rows by key, and neither has an unknown one', () => {
  expect(keysOf({ relation: BARE, new: { a: '1' } })).toEqual([])
  expect(keysOf({ relation: 1, new: { a: '1' } })).toEqual([])
  expect(keysOf({ relation: BARE, kind: 'truncate' })).toBeUndefined()
})

test('keys and values of rows', () => {
  expect(rowKey({ a: '1', b: '2' }, ['b', 'a'])).toBe('["2","1"]')
  expect(rowKey({ a: null }, ['a'])).toBeUndefined()
  expect(valuesAt({ old: { a: '1' }, new: { a: null } }, 'a')).toEqual(['1', null])
  expect(valuesAt({ old: undefined, new: { a: '2' } }, 'a')).toEqual(['2'])
  expect(valuesAt({ old: { b: '1' }, new: { a: '2' } }, 'a')).toBeUndefined()
  expect(valuesAt({ old: undefined, new: undefined }, 'a')).toBeUndefined()
})
