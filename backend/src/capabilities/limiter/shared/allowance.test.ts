import { expect, test } from 'vitest'
import { Claim } from '../claim.ts'
import type { LimitRule } from '../types.ts'
import { Entry } from './entry.ts'
import { NO_OUTAGE, type Outage } from './outage.ts'
import { ruleOf } from './testing/rig.ts'

const NODES = 4
const RULE_WINDOW_MS = 60_000
/** A hundredth longer, as clocks run unevenly. */
const WINDOW_MS = 1.01 * RULE_WINDOW_MS
const LIMIT = 400
const PART = LIMIT / NODES
/** A twentieth of its part, before others have noticed. */
const BESIDE = PART / 20
const NOW = 1_000_000
/** Lost now, noticed more than a part of the window later: what is charged in one part ends together. */
const OUTAGE: Outage = { lostAt: NOW, noticedAt: NOW + 5_000 }

function setUp(more: Partial<LimitRule> = {}) {
  const rule = ruleOf({ limit: LIMIT, windowMs: RULE_WINDOW_MS, ...more })
  const entry = new Entry('place', 'ann')
  const claimOf = (weight: number) => new Claim(rule, 'ann', weight, 1)
  return {
    ...{ entry, claimOf },
    /** Redis has charged so much for this process, and has so much left. */
    told(at: number, charged: number, left: number) {
      const claim = claimOf(charged)
      claim.remaining = left
      entry.learn(at, claim, charged)
    },
    leftAt(at: number, outage = OUTAGE) {
      const claim = claimOf(1)
      return entry.allowanceIn(outage, at, claim, NODES).left(at, claim, NODES, entry.own)
    },
    leftOnReturnAt(at: number, outage = OUTAGE) {
      const claim = claimOf(1)
      return entry.allowanceIn(outage, at, claim, NODES).leftOnReturn(at, claim, entry.own)
    },
    charge(at: number, weight: number, outage = OUTAGE) {
      entry.chargeAlone(outage, at, claimOf(weight), NODES)
    },
  }
}

test('who knows nothing of a key has its part of the limit in each window', () => {
  const { leftAt, charge } = setUp()
  expect(leftAt(NOW)).toBe(PART)
  charge(NOW, 30)
  expect(leftAt(NOW + 4_999)).toBe(PART - 30)
  charge(NOW + 5_000, PART - 30)
  expect(leftAt(NOW + 5_000)).toBe(0)
  expect(leftAt(NOW + WINDOW_MS)).toBe(30)
})

test('who started without Redis has its part too', () => {
  const { leftAt, charge } = setUp()
  charge(NOW, 30, NO_OUTAGE)
  expect(leftAt(NOW, NO_OUTAGE)).toBe(PART - 30)
})

test('who was told what is left has its part of the least of that, once, for a window', () => {
  const { told, leftAt, charge } = setUp()
  told(NOW - 10_000, 4, 80)
  told(NOW - 1, 0, 200) // Something has ended meanwhile; it may again be taken by anybody.
  expect(leftAt(NOW)).toBe(20)
  charge(NOW, 16)
  expect(leftAt(NOW)).toBe(BESIDE)
  expect(leftAt(NOW + 5_000)).toBe(4)
  charge(NOW + 5_000, 4)
  expect(leftAt(NOW + 5_000)).toBe(0)
  expect(leftAt(NOW + WINDOW_MS)).toBe(20) // Of its own use that much has ended.
  expect(leftAt(NOW + 5_000 + WINDOW_MS)).toBe(PART)
})

test('what ends of its own use before others have noticed, they may have taken', () => {
  const { told, leftAt } = setUp()
  told(NOW - WINDOW_MS + 500, 60, 0)
  told(NOW - 1_000, 30, 0)
  expect(leftAt(NOW)).toBe(BESIDE)
  expect(leftAt(NOW + 4_999)).toBe(BESIDE)
  expect(leftAt(NOW + 5_000)).toBe(0)
  expect(leftAt(NOW - 1_000 + WINDOW_MS)).toBe(30)
  expect(leftAt(NOW + 5_000 + WINDOW_MS)).toBe(PART)
})

test('what is charged beside the limit is not there again within a window of it, in another outage neither', () => {
  const { told, leftAt, charge } = setUp()
  told(NOW - 1, 0, 0)
  charge(NOW, 3)
  expect(leftAt(NOW)).toBe(BESIDE - 3)
  charge(NOW + 10, 2)
  const next = { lostAt: NOW + 50_000, noticedAt: NOW + 70_000 }
  expect(leftAt(NOW + 50_000, next)).toBe(0)
  expect(leftAt(NOW + 9 + WINDOW_MS, next)).toBe(0)
  expect(leftAt(NOW + 10 + WINDOW_MS, next)).toBe(BESIDE)
})

test('who has used more than its part waits until it has not', () => {
  const { told, leftAt } = setUp()
  told(NOW - 10_000, 300, 100)
  expect(leftAt(NOW)).toBe(BESIDE)
  expect(leftAt(NOW + 5_000)).toBe(PART - 300)
  expect(leftAt(NOW - 10_000 + WINDOW_MS)).toBe(PART)
})

test('what was told long ago says nothing', () => {
  const { told, leftAt } = setUp()
  told(NOW - 3 * WINDOW_MS, 0, 0)
  expect(leftAt(NOW)).toBe(PART)
})

test('who is back early does not take what others were told is left', () => {
  const { told, leftOnReturnAt } = setUp()
  told(NOW - 1, 150, 80)
  expect(leftOnReturnAt(NOW)).toBe(20)
  told(NOW + 4_000, 20, 300)
  expect(leftOnReturnAt(NOW + 4_000)).toBe(0)
  expect(leftOnReturnAt(NOW - 1 + WINDOW_MS)).toBe(150)
})

test('what ends of calls at the same time nobody else can have taken', () => {
  const { told, leftAt, entry } = setUp({ algorithm: 'concurrency' })
  told(NOW - 1, 60, 0)
  expect(leftAt(NOW)).toBe(0)
  entry.own.giveBack(10, NOW - 1)
  expect(leftAt(NOW)).toBe(10)
})

test('what cost more than was thought is taken of the same', () => {
  const { told, leftAt, charge, entry, claimOf } = setUp({ weight: 'rows' })
  told(NOW - 1, 0, 400)
  charge(NOW, 10)
  entry.chargeMore(NOW + 1, claimOf(10), 50, NODES)
  expect(leftAt(NOW + 1)).toBe(PART - 60)
})

test('what is charged beside the limit, where nothing was known, ends as well', () => {
  const { leftAt, charge } = setUp()
  charge(NOW, PART)
  expect(leftAt(NOW)).toBe(BESIDE)
  charge(NOW, BESIDE)
  expect(leftAt(NOW)).toBe(0)
})

test('in no window four processes charge more than the limit and what is beside it, whoever is told what', () => {
  const all = [70, 0, 210, 40].map((charged, index) => {
    const node = setUp()
    node.told(NOW - 10_000 - index, charged, LIMIT - 320)
    return node
  })
  let charged = 320
  for (let at = NOW; at < NOW - 10_004 + WINDOW_MS; at += 500) {
    for (const { leftAt, charge } of all) {
      for (; leftAt(at) >= 1; charged++) charge(at, 1)
    }
  }
  expect(charged).toBeGreaterThan(0.8 * LIMIT)
  expect(charged).toBeLessThanOrEqual(1.05 * LIMIT)
})
