import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../tests/support/seed.ts'
import { noneOfEach, POOL_CLASSES } from './classes.ts'
import { type Holdings, Shares } from './shares.ts'

const shares = new Shares({ batchShareMin: 0.25, batchShareMax: 0.75 })

function holdings(parts: {
  held?: Partial<Holdings['held']>
  waiting?: Partial<Holdings['waiting']>
  target?: number
  ceiling?: number
}): Holdings {
  const { held, waiting, target = 12, ceiling = 100 } = parts
  return {
    held: { ...noneOfEach(), ...held },
    waiting: { ...noneOfEach(), ...waiting },
    target,
    ceiling,
  }
}

test('batch work borrows what is idle, but not all of it', () => {
  expect(shares.allows('batch', holdings({ held: { batch: 8 } }))).toBe(true)
  expect(shares.allows('batch', holdings({ held: { batch: 9 } }))).toBe(false)
})

test('batch work gets no more than its share while others wait', () => {
  const waiting = { interactive: 1 }
  expect(shares.allows('batch', holdings({ held: { batch: 2 }, waiting }))).toBe(true)
  expect(shares.allows('batch', holdings({ held: { batch: 3 }, waiting }))).toBe(false)
})

test('batch work may always run one', () => {
  expect(shares.allows('batch', holdings({ target: 1, waiting: { realtime: 9 } }))).toBe(true)
})

test('the last connection is for admin, except where there are few', () => {
  const held = { interactive: 7 }
  expect(shares.allows('interactive', holdings({ held, ceiling: 8 }))).toBe(false)
  expect(shares.allows('admin', holdings({ held, ceiling: 8 }))).toBe(true)
  expect(shares.allows('interactive', holdings({ held: { interactive: 6 }, ceiling: 7 }))).toBe(
    true,
  )
})

test('admin goes first, then the class that has the least for its weight', () => {
  const waiting = { interactive: 1, batch: 1, realtime: 1, admin: 1 }
  expect(shares.next(holdings({ waiting }))).toBe('admin')
  const rest = { ...waiting, admin: 0 }
  expect(shares.next(holdings({ waiting: rest, held: { interactive: 1 } }))).toBe('realtime')
  const held = { interactive: 3, realtime: 2, batch: 1 }
  expect(shares.next(holdings({ waiting: rest, held }))).toBe('batch')
  expect(shares.next(holdings({ waiting: rest, held: { ...held, batch: 3 } }))).toBe('interactive')
})

test('nobody is next where nobody waits or may have one', () => {
  expect(shares.next(holdings({}))).toBeUndefined()
  expect(shares.next(holdings({ held: { batch: 9 }, waiting: { batch: 5 } }))).toBeUndefined()
})

test(`whom a connection would serve are those who would get one (seed ${seed})`, () => {
  const counts = fc.record({
    interactive: fc.nat(12),
    batch: fc.nat(12),
    realtime: fc.nat(12),
    admin: fc.nat(3),
  })
  const property = fc.property(
    counts,
    counts,
    fc.integer({ min: 1, max: 40 }),
    (held, waiting, size) => {
      const now = { held: { ...held }, waiting: { ...waiting }, target: size, ceiling: size }
      const expected = shares.servable(now)
      let served = 0
      for (let next = shares.next(now); next !== undefined; next = shares.next(now)) {
        now.held[next]++
        now.waiting[next]--
        served++
      }
      // While others wait, batch is held back: it may get more once they are served.
      expect(served).toBeGreaterThanOrEqual(expected)
      expect(expected > 0).toBe(served > 0)
      expect(POOL_CLASSES.every(kind => now.waiting[kind] >= 0)).toBe(true)
    },
  )
  fc.assert(property, { seed, numRuns: 2_000 })
})
