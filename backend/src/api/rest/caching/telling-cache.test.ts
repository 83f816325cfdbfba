import { expect, test } from 'vitest'
import type { CacheMark, KeptAnswer } from '../../../query/executor/index.ts'
import type { RestResponse } from '../response.ts'
import { entityTagOf } from './entity-tag.ts'
import { tellingCache } from './telling-cache.ts'

const response: RestResponse = {
  status: 200,
  headers: {
    'content-type': 'application/json; charset=utf-8',
    'content-range': '0-0/*',
    'content-location': '/books',
    vary: 'Accept, Prefer, Range',
  },
  body: '[{"id":1}]',
}
const tag = entityTagOf(response, undefined)
const hit: CacheMark = {
  ...{ from: 'l1', why: undefined, key: 'key', kept: {} as KeptAnswer },
  ...{ ageMs: 12_900, ttlMs: 287_100, isJoined: false, isStored: true },
}

function told(
  parts: Partial<RestResponse> = {},
  { method = 'GET', ...headers }: { method?: string; 'if-none-match'?: string } = {},
  mark: CacheMark | undefined = hit,
): RestResponse {
  return tellingCache({ ...response, ...parts }, mark, { method, headers }, undefined)
}

test('without a cache nothing is told', () => {
  expect(tellingCache(response, undefined, { method: 'GET', headers: {} }, undefined)).toBe(
    response,
  )
})

test('a hit says how old it is, how long it is good, and by which tag it is known', () => {
  expect(told()).toEqual({
    status: 200,
    headers: {
      ...response.headers,
      age: '12',
      'cache-control': 'private, no-cache',
      'cache-status': 's-tier; hit; ttl=287',
      etag: tag,
    },
    body: response.body,
  })
})

test('what was just read has no age, and what is not kept no tag', () => {
  const loaded = { ...hit, from: 'loaded', kept: undefined, isStored: false } as const
  const { headers } = told({}, {}, loaded)
  expect(headers).not.toHaveProperty('age')
  expect(headers).not.toHaveProperty('etag')
  expect(headers['cache-control']).toBe('private, no-cache')
})

test('who knows it gets no body, and of the headers what belongs to a cache', () => {
  expect(told({}, { 'if-none-match': `"old", W/${tag}` })).toEqual({
    status: 304,
    headers: {
      age: '12',
      'cache-control': 'private, no-cache',
      'cache-status': 's-tier; hit; ttl=287',
      'content-location': '/books',
      etag: tag,
      vary: 'Accept, Prefer, Range',
    },
    body: null,
  })
  expect(told({}, { 'if-none-match': '"old"' })).toMatchObject({ status: 200, body: response.body })
})

test('also of what is not kept, where the request has a tag', () => {
  const bypass = { ...hit, from: 'bypass', why: 'clock', kept: undefined, isStored: false } as const
  expect(told({}, { 'if-none-match': tag }, bypass).status).toBe(304)
})

test('part of the rows is known as the whole is', () => {
  expect(told({ status: 206 }, { 'if-none-match': tag }).status).toBe(304)
})

test('a HEAD has no body, and is known by that of the GET', () => {
  expect(told({}, { method: 'HEAD' })).toMatchObject({ status: 200, body: null })
  expect(told({}, { method: 'HEAD', 'if-none-match': tag }).status).toBe(304)
  const bare = told({ body: null }, { method: 'HEAD' })
  expect(bare).toMatchObject({ status: 200, body: null })
  expect(bare.headers).not.toHaveProperty('etag')
})

test('a call by POST, and what is no success, is always answered', () => {
  for (const ifNoneMatch of [tag, '*']) {
    expect(told({}, { method: 'POST', 'if-none-match': ifNoneMatch }).status).toBe(200)
    expect(told({ status: 418 }, { 'if-none-match': ifNoneMatch }).status).toBe(418)
    expect(told({ status: 204, body: null }, { 'if-none-match': ifNoneMatch }).status).toBe(204)
  }
})

test('what the database says itself is stronger', () => {
  const own = { etag: 'W/"mine"', 'cache-control': 'public, max-age=60', age: '7' }
  const headers = { ...response.headers, ...own }
  expect(told({ headers }).headers).toMatchObject(own)
  expect(told({ headers }, { 'if-none-match': tag }).status).toBe(200)
  expect(told({ headers }, { 'if-none-match': '"mine"' })).toMatchObject({
    status: 304,
    headers: own,
  })
})

test('an answer that came from a clock ahead of this one is not younger than now', () => {
  expect(told({}, {}, { ...hit, ageMs: -3 }).headers['age']).toBe('0')
})
