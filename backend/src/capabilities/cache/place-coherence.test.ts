import { expect, test } from 'vitest'
import type { Origin } from './origin.ts'
import { placeCoherence, SKEW_MAX_MS } from './place-coherence.ts'

const PLACING = { place: '9', isUpTo: (one: string, other: string) => Number(one) <= Number(other) }

function origin(place: string | undefined, atEpochMs: number): Origin<unknown> {
  return { node: 'another', heard: 0, place, atEpochMs, version: undefined }
}

test('on a bus a value contains what had been heard when it was loaded, whatever the clocks say', () => {
  const { includes } = placeCoherence(PLACING)
  const change = { place: '5', atEpochMs: 1_000 }
  expect(includes(origin('5', 0), change)).toBe(true)
  expect(includes(origin('4', 9_999_999), change)).toBe(false)
  expect(includes(origin(undefined, 9_999_999), change), 'it had heard nothing').toBe(false)
  expect(includes(origin('5', 9_999_999), { place: undefined, atEpochMs: 0 })).toBe(false)
})

test('without a bus it contains what was so long before it that no two clocks differ by as much', () => {
  const { includes, later } = placeCoherence(undefined)
  const change = { place: undefined, atEpochMs: 5_000 }
  expect(includes(origin(undefined, 5_000 + SKEW_MAX_MS), change)).toBe(true)
  expect(includes(origin(undefined, 5_000 + SKEW_MAX_MS - 1), change)).toBe(false)
  const earlier = { place: undefined, atEpochMs: 4_999 }
  expect([later(change, earlier), later(earlier, change)]).toEqual([change, change])
})
