import { expect, test } from 'vitest'
import { Lease } from './lease.ts'

/** One request in each of so many milliseconds. */
function hot(forMs: number): Lease {
  const lease = new Lease()
  for (let now = 0; now <= forMs; now++) lease.see(now, 1)
  return lease
}

test('what was taken in advance is there until its time, and not after', () => {
  const lease = new Lease()
  lease.receive({ amount: 10, at: 0, redisAt: 0 }, 100)
  expect([lease.covers(99, 10), lease.covers(99, 11), lease.covers(99, 0)]).toEqual([
    ...[true, false, false],
  ])
  expect(lease.covers(100, 1)).toBe(false)
  expect(lease.adjust(99, 4)).toBe(0)
  expect(lease.tokens).toBe(6)
  expect(lease.adjust(100, 4), 'it has no room any more').toBe(4)
})

test('only what is asked for often is taken in advance, once at a time, and never more than may be held', () => {
  expect(new Lease().order(100, 1_000)).toBe(0)
  const lease = hot(200)
  const wanted = lease.order(100, 1_000)
  expect(wanted).toBeGreaterThan(2)
  expect(lease.order(100, 1_000)).toBe(0)
  expect(hot(200).order(100, 7)).toBe(7)
  const holding = hot(200)
  holding.receive({ amount: 5, at: 200, redisAt: 200 }, 100)
  expect(holding.order(100, 7)).toBe(2)
})

test('what is left goes back as it came, the newest first', () => {
  const lease = new Lease()
  lease.receive({ amount: 10, at: 0, redisAt: 5 }, 100)
  lease.receive({ amount: 4, at: 50, redisAt: 55 }, 100)
  lease.tokens = 6
  expect(lease.end()).toEqual([
    { amount: 4, at: 50, redisAt: 55 },
    { amount: 2, at: 0, redisAt: 5 },
  ])
  expect([lease.tokens, lease.covers(60, 1)]).toEqual([0, false])
})
