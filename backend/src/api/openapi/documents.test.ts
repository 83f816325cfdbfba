import { expect, test, vi } from 'vitest'
import { createDocuments } from './documents.ts'

test('a document is made once for a version and a key', () => {
  const documents = createDocuments()
  const make = vi.fn(() => ({ a: 1, left: undefined }))
  const first = documents.get('1', 'key', make)
  expect(first.body.toString()).toBe('{"a":1}')
  expect(documents.get('1', 'key', make)).toBe(first)
  expect(make).toHaveBeenCalledTimes(1)
  documents.get('1', 'other', make)
  expect(make).toHaveBeenCalledTimes(2)
})

test('equal documents have equal tags, others do not', () => {
  const documents = createDocuments()
  const tags = [1, 1, 2].map((a, index) => documents.get('1', String(index), () => ({ a })).etag)
  expect(tags[0]).toMatch(/^"[\w-]{22}"$/)
  expect(tags[0]).toBe(tags[1])
  expect(tags[0]).not.toBe(tags[2])
})

test('another version forgets those before it', () => {
  const documents = createDocuments()
  const make = vi.fn(() => ({}))
  for (const version of ['1', '2', '1']) documents.get(version, 'key', make)
  expect(make).toHaveBeenCalledTimes(3)
})

test('what is kept stays within bounds: the first made goes first', () => {
  const documents = createDocuments(20)
  const make = vi.fn(() => ({ a: '12345' })) // 13 bytes.
  documents.get('1', 'a', make)
  documents.get('1', 'b', make)
  documents.get('1', 'b', make)
  expect(make).toHaveBeenCalledTimes(2)
  documents.get('1', 'a', make)
  expect(make).toHaveBeenCalledTimes(3)
})

test('a document that is too large by itself is given, and not kept', () => {
  const documents = createDocuments(4)
  const make = vi.fn(() => ({ a: 1 }))
  expect(documents.get('1', 'a', make).body).toHaveLength(7)
  documents.get('1', 'a', make)
  expect(make).toHaveBeenCalledTimes(2)
})
