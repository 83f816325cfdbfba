import { expect, test } from 'vitest'
import { type Hits, hitsBetween, renderHits } from './hits.ts'

const NONE: Hits = {
  ...{ l1: 0, l2: 0, misses: 0, bypassed: 0, joined: 0, loads: 0, dropped: 0 },
  ...{ row: 0, predicate: 0, table: 0, all: 0 },
}

test('hits of a portion are those that came during it', () => {
  const after = { ...NONE, l1: 10, loads: 3 }
  expect(hitsBetween({ ...NONE, l1: 4, loads: 3 }, after)).toEqual({ ...NONE, l1: 6 })
  expect(hitsBetween(undefined, after)).toBeUndefined()
})

test('they are told in shares of all reads', () => {
  const told = renderHits([
    { ...NONE, l1: 6, l2: 1, misses: 2 },
    { ...NONE, l1: 2, bypassed: 5, row: 3 },
  ])
  expect(told).toContain('of 16 reads 50.0 % from memory, 6.3 % from Redis, 31.3 % past the cache')
  expect(told).toContain('made old: 3 by row, 0 by predicate')
})
