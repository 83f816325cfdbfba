import { expect, test } from 'vitest'
import type { KeptAnswer } from '../../../query/executor/index.ts'
import { entityTagOf } from './entity-tag.ts'

const headers = { 'content-type': 'application/json; charset=utf-8', 'content-range': '0-0/*' }
const response = { status: 200, headers, body: '[{"id":1}]' }

test('a tag is strong, and the same for the same', () => {
  const tag = entityTagOf(response, undefined)
  expect(tag).toMatch(/^"[\w-]{16}"$/)
  expect(entityTagOf({ ...response, headers: { ...headers, vary: 'Accept' } }, undefined)).toBe(tag)
  expect(entityTagOf({ ...response, body: Buffer.from(response.body) }, undefined)).toBe(tag)
})

test.each([
  { ...response, body: '[{"id":2}]' },
  { ...response, headers: { ...headers, 'content-range': '0-0/1' } },
  { ...response, headers: { ...headers, 'content-type': 'text/csv; charset=utf-8' } },
  { ...response, headers: { ...headers, 'content-profile': 'archive' } },
])('another body, range, type or schema is another tag: %o', other => {
  expect(entityTagOf(other, undefined)).not.toBe(entityTagOf(response, undefined))
})

test('the body of an answer that is kept is hashed once for each representation', () => {
  const kept = {} as KeptAnswer
  const tag = entityTagOf(response, kept)
  const notLookedAt = { ...response, body: 'not looked at' }
  expect(entityTagOf(notLookedAt, kept)).toBe(tag)
  const counted = { ...response, headers: { ...headers, 'content-range': '0-0/1' } }
  expect(entityTagOf(counted, kept)).toBe(entityTagOf(counted, undefined))
  expect(entityTagOf(response, kept)).toBe(tag)
})
