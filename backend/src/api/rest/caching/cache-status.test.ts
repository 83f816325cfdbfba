import { expect, test } from 'vitest'
import type { CacheMark } from '../../../query/executor/index.ts'
import { cacheStatusOf } from './cache-status.ts'

const loaded: CacheMark = {
  ...{ from: 'loaded', why: undefined, key: undefined, kept: undefined },
  ...{ ageMs: 0, ttlMs: 300_000, isJoined: false, isStored: true },
}

test.each([
  [{ from: 'l1', ttlMs: 286_900 }, 's-tier; hit; ttl=287'],
  [{ from: 'l1', ttlMs: 287_400 }, 's-tier; hit; ttl=287'],
  [{ from: 'l2', ttlMs: 400 }, 's-tier; hit; ttl=0; detail=redis'],
  [{ from: 'stale', why: 'error', ttlMs: -11_500 }, 's-tier; hit; ttl=-12; detail=stale-error'],
  [{}, 's-tier; fwd=uri-miss; stored; ttl=300'],
  [{ ttlMs: 299_999.5 }, 's-tier; fwd=uri-miss; stored; ttl=300'],
  [{ from: 'stale', why: 'error', ttlMs: -0.5 }, 's-tier; hit; ttl=-1; detail=stale-error'],
  [{ isJoined: true }, 's-tier; fwd=uri-miss; collapsed; stored; ttl=300'],
  [{ isStored: false }, 's-tier; fwd=uri-miss'],
  [{ replaces: true }, 's-tier; fwd=stale; stored; ttl=300'],
  [{ ttlMs: Number.POSITIVE_INFINITY }, 's-tier; fwd=uri-miss; stored'],
  [{ from: 'bypass', why: 'volatile-function' }, 's-tier; fwd=bypass; detail=volatile-function'],
] as const)('%o is told as %s', (parts, told) => {
  expect(cacheStatusOf({ ...loaded, ...parts }, undefined)).toBe(told)
})

test('who wants it anew is told that this was the reason', () => {
  const told = 's-tier; fwd=request; stored; ttl=300'
  expect(cacheStatusOf(loaded, { noCache: true })).toBe(told)
  expect(cacheStatusOf({ ...loaded, replaces: true }, { noCache: true })).toBe(told)
  expect(cacheStatusOf({ ...loaded, replaces: true }, { maxAgeMs: 5 })).toBe(told)
  expect(cacheStatusOf({ ...loaded, replaces: true }, { minFreshMs: 5 })).toBe(told)
  expect(cacheStatusOf({ ...loaded, replaces: true }, { maxStaleMs: 5 })).toContain('fwd=stale')
  expect(cacheStatusOf(loaded, { maxAgeMs: 5 })).toContain('fwd=uri-miss')
})
