import { expect, test } from 'vitest'
import type { Understandable, UnderstoodRead } from '../understood.ts'
import { createRecentReads } from './recent-reads.ts'

const MEANING = { location: '/books' } as UnderstoodRead
const BOOKS: Understandable = {
  method: 'GET',
  name: 'books',
  queryString: 'id=eq.1',
  headers: {},
  identity: { role: 'reader' },
}

function remembering(input: Understandable = BOOKS) {
  const recent = createRecentReads()
  recent.set(input, '1', false, MEANING)
  return recent
}

test('the same request has the same meaning, whoever asks', () => {
  const again = { ...BOOKS, headers: { cookie: 'a=b' }, identity: { role: 'writer' } }
  expect(remembering().get(again, '1', false)).toBe(MEANING)
})

test.each<[string, Partial<Understandable>]>([
  ['method', { method: 'HEAD' }],
  ['relation', { name: 'authors' }],
  ['query string', { queryString: 'id=eq.2' }],
  ['Accept', { headers: { accept: 'text/csv' } }],
  ['Prefer', { headers: { prefer: 'count=exact' } }],
  ['Range', { headers: { range: '0-4' } }],
  ['Accept-Profile', { headers: { 'accept-profile': 'shop' } }],
])('another %s may mean something else', (_what, change) => {
  expect(remembering().get({ ...BOOKS, ...change }, '1', false)).toBeUndefined()
})

test('another catalog, or a role with other rights, may make it mean something else', () => {
  expect(remembering().get(BOOKS, '2', false)).toBeUndefined()
  expect(remembering().get(BOOKS, '1', true)).toBeUndefined()
})

test('a name may contain anything without being taken for another one', () => {
  const input = { ...BOOKS, name: 'a?id=eq.1\nb', queryString: '' }
  expect(remembering(input).get({ ...BOOKS, name: 'a' }, '1', false)).toBeUndefined()
  expect(remembering(input).get({ ...BOOKS, name: 'b' }, '1', false)).toBeUndefined()
})

test('the newest meaning of a URL is kept, and a long URL has none', () => {
  const recent = remembering()
  const newer = { location: '/newer' } as UnderstoodRead
  recent.set(BOOKS, '2', false, newer)
  expect(recent.get(BOOKS, '2', false)).toBe(newer)
  expect(recent.get(BOOKS, '1', false)).toBeUndefined()
  const long = { ...BOOKS, queryString: `id=eq.${'1'.repeat(1_000)}` }
  recent.set(long, '1', false, MEANING)
  expect(recent.get(long, '1', false)).toBeUndefined()
})
