import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { seed } from '../../../tests/support/seed.ts'
import { Sketch } from './counters/sketch.ts'
import type { LimiterEvent } from './events.ts'
import { createLimiter } from './limiter.ts'
import { subject } from './testing/subjects.ts'

/** `STIER_LIMITER_FLOOD=1000000` for the whole proof. */
const FLOOD = Number(process.env['STIER_LIMITER_FLOOD'] ?? 50_000)
const timeout = 30_000 + FLOOD / 10

function setUp(keysMax: number, algorithm: 'sliding' | 'gcra' | 'fixed' = 'sliding') {
  const clock = fakeClock()
  const events: LimiterEvent[] = []
  const rules = { key: { algorithm, limit: 5, windowMs: 60_000, per: ['key'] } } as const
  const observe = (event: LimiterEvent): void => void events.push(event)
  const limiter = createLimiter({ keysMax, clock, rules, mode: 'enforce', observe })
  const passes = (key: string) => limiter.decideNow(subject({ key }))?.allowed === true
  return { clock, limiter, passes, events }
}

test('a flood of keys takes a fixed place, and whoever was over the limit stays so', {
  timeout,
}, () => {
  const { passes, limiter, events } = setUp(Math.max(1_000, FLOOD / 40))
  const victim = Array.from({ length: 10 }, () => passes('victim')).filter(Boolean)
  expect(victim).toHaveLength(5)
  let refused = 0
  for (let n = 0; n < FLOOD; n++) {
    if (!passes(`flood-${n}`)) refused++
    if (n % 1_000 === 0) expect(passes('victim')).toBe(false)
  }
  expect(limiter.report().store).toEqual({ keys: Math.max(1_000, FLOOD / 40), sketches: 1 })
  expect(refused).toBeLessThan(FLOOD / 100) // Those who came once.
  expect(events.filter(({ kind }) => kind === 'limiter.keys-full')).toHaveLength(1)
})

test('what an answer has cost is charged, though others have the place of its key by then', () => {
  const rules = { rows: { limit: 10, weight: 'rows', per: ['key'], mode: 'enforce' } } as const
  const limiter = createLimiter({ keysMax: 100, clock: fakeClock(), rules })
  const ask = (key: string) => limiter.decideNow(subject({ key }))
  const decisions = Array.from({ length: 300 }, (_, n) => ask(`key-${n}`))
  for (const decision of decisions)
    if (decision !== undefined) limiter.settle(decision, { rows: 10 })
  for (let n = 0; n < 300; n++) expect(ask(`key-${n}`)?.allowed).toBe(false)
})

test.each(['sliding', 'gcra', 'fixed'] as const)(
  'with more keys than counters nobody gets more than the limit (%s)',
  algorithm => {
    const bound = algorithm === 'gcra' ? 10 : 5
    const moves = fc.array(
      fc.record({
        key: fc.nat({ max: 150 }),
        times: fc.integer({ min: 1, max: 7 }),
        ms: fc.constantFrom(0, 0, 0, 9_000),
      }),
      { minLength: 200, maxLength: 400 },
    )
    fc.assert(
      fc.property(moves, steps => {
        const { passes, clock } = setUp(100, algorithm)
        const admitted = new Map<number, number[]>()
        for (const { key, times, ms } of steps) {
          clock.advance(ms)
          const at = admitted.get(key) ?? []
          admitted.set(key, at)
          for (let n = 0; n < times; n++) if (passes(String(key))) at.push(clock.now())
        }
        for (const times of admitted.values()) {
          for (const from of times) {
            const began = algorithm === 'fixed' ? Math.floor(from / 60_000) * 60_000 : from
            const within = times.filter(at => at >= began && at < began + 60_000)
            expect(within.length).toBeLessThanOrEqual(bound)
          }
        }
      }),
      { seed, numRuns: 40 },
    )
  },
)

test('a sketch never says less than what was added in its last period', () => {
  const steps = fc.array(
    fc.record({
      key: fc.nat({ max: 40 }),
      amount: fc.integer({ min: 1, max: 9 }),
      ms: fc.constantFrom(0, 1, 40, 99, 100, 250),
    }),
    { maxLength: 200 },
  )
  fc.assert(
    fc.property(steps, added => {
      const sketch = new Sketch(100, 16)
      const all: { readonly key: number; readonly amount: number; readonly at: number }[] = []
      let now = 0
      for (const { key, amount, ms } of added) {
        now += ms
        sketch.add(now, key * 7, key * 13, amount)
        all.push({ key, amount, at: now })
        const lately = all.filter(each => each.key === key && each.at > now - 100)
        const total = lately.reduce((sum, each) => sum + each.amount, 0)
        expect(sketch.estimate(now, key * 7, key * 13)).toBeGreaterThanOrEqual(total)
      }
    }),
    { seed },
  )
})
