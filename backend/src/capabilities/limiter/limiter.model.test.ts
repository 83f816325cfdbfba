import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { seed } from '../../../tests/support/seed.ts'
import type { Decision } from './decision.ts'
import { createLimiter } from './limiter.ts'
import { Rule } from './rule.ts'
import { ReferenceKey } from './testing/reference-model.ts'
import { subject } from './testing/subjects.ts'
import type { LimitRule } from './types.ts'

/** `STIER_LIMITER_RUNS=10000` for the whole proof. */
const numRuns = Number(process.env['STIER_LIMITER_RUNS'] ?? 1_000)
const timeout = 30_000 + numRuns * 20
const PARTS = 128

const RULE: fc.Arbitrary<LimitRule> = fc
  .record({
    algorithm: fc.constantFrom('sliding', 'sliding', 'gcra', 'fixed', 'concurrency'),
    limit: fc.integer({ min: 1, max: 12 }),
    windowMs: fc.constantFrom(100, 1_000, 1_280),
    burst: fc.integer({ min: 1, max: 12 }),
    per: fc.constantFrom([], ['ip'], ['ip', 'user']),
    weight: fc.constantFrom('requests', 'requests', 'rows'),
  })
  .map(rule => ({ ...rule, mode: 'enforce' }))

interface Step {
  readonly waitMs: number
  readonly ip: string
  readonly user: string
  readonly rows: number
  /** Which of those under way ends after it. */
  readonly ends: number
}
const STEP: fc.Arbitrary<Step> = fc.record({
  waitMs: fc.constantFrom(0, 0, 0, 0.5, 1, 7, 10, 15.75, 20, 99, 100, 101, 500, 999, 1_000, 1_280),
  ip: fc.constantFrom('a', 'b'),
  user: fc.constantFrom('u', 'v'),
  rows: fc.integer({ min: 1, max: 6 }),
  ends: fc.integer({ min: -3, max: 5 }),
})

test('no window lets in more than its limit, nothing is refused without need, and nothing is charged when one refuses', {
  timeout,
}, () => {
  fc.assert(
    fc.property(
      fc.array(RULE, { minLength: 1, maxLength: 3 }),
      fc.array(STEP, { maxLength: 120 }),
      (given, steps) => {
        const clock = fakeClock()
        const rules = Object.fromEntries(given.map((rule, index) => [`rule-${index}`, rule]))
        const limiter = createLimiter({ rules, clock, random: () => 0, mode: 'enforce' })
        const model = new Model(rules)
        const underWay: Decision[] = []
        for (const { waitMs, ip, user, rows, ends } of steps) {
          clock.advance(waitMs)
          const decision = limiter.decideNow(subject({ ip, user }), { rows })
          if (decision === undefined) throw new Error('without Redis it always knows')
          model.compare(decision, clock.now(), [ip, user], rows)
          if (decision.allowed) underWay.push(decision)
          const [ended] = ends < 0 ? [] : underWay.splice(ends, 1)
          if (ended === undefined) continue
          limiter.settle(ended)
          limiter.settle(ended)
          model.end(ended)
        }
        model.judge()
      },
    ),
    { seed, numRuns },
  )
})

/** All keys of all rules. */
class Model {
  readonly rules: readonly Rule[]
  readonly keys = new Map<string, ReferenceKey>()
  readonly running = new Map<Decision, (() => void)[]>()

  constructor(rules: Readonly<Record<string, LimitRule>>) {
    this.rules = Object.entries(rules).map(
      ([name, rule]) => new Rule(name, rule, { mode: 'enforce', onOutage: 'share' }),
    )
  }

  compare(decision: Decision, now: number, [ip, user]: readonly string[], rows: number): void {
    const asked = this.rules.map(rule => {
      const who = rule.per.map(attribute => (attribute === 'ip' ? ip : user))
      const weight = rule.weight === 'rows' && rule.algorithm !== 'concurrency' ? rows : 1
      return { key: this.#keyOf(rule, who.join()), weight }
    })
    const names = this.rules.map(rule => rule.name)
    expect(decision.claims.map(claim => claim.rule.name)).toEqual(names)
    for (const [index, { key, weight }] of asked.entries()) {
      const passes = decision.claims[index]?.passes
      if (passes === true) expect(key.passes(now, weight)).toBe(true)
      else expect(mayRefuse(key, now, weight)).toBe(true)
    }
    expect(decision.allowed).toBe(decision.claims.every(claim => claim.passes))
    if (!decision.allowed) return
    const ends = asked.map(({ key, weight }) => {
      const admitted = { at: now, weight }
      key.admitted.push(admitted)
      return () => {
        if (key.rule.algorithm === 'concurrency') admitted.weight = 0
      }
    })
    this.running.set(decision, ends)
  }

  end(decision: Decision): void {
    for (const end of this.running.get(decision) ?? []) end()
  }

  /** What a client of each kind of limit is promised. */
  judge(): void {
    for (const key of this.keys.values()) {
      const { algorithm, limit, burst } = key.rule
      if (algorithm === 'sliding') expect(key.densest()).toBeLessThanOrEqual(limit)
      if (algorithm === 'gcra') expect(key.densest()).toBeLessThanOrEqual(burst + limit + 1e-6)
      if (algorithm !== 'fixed') continue
      for (const { at } of key.admitted) expect(key.inWindowOf(at)).toBeLessThanOrEqual(limit)
    }
  }

  #keyOf(rule: Rule, who: string): ReferenceKey {
    const name = `${rule.name} ${who}`
    const key = this.keys.get(name) ?? new ReferenceKey(rule)
    this.keys.set(name, key)
    return key
  }
}

/** What `sliding` counts together ends together: up to a part of the window later. */
function mayRefuse(key: ReferenceKey, now: number, weight: number): boolean {
  const { algorithm, windowMs } = key.rule
  const isInParts = algorithm === 'sliding' || algorithm === 'concurrency'
  return isInParts ? key.isNearlyFull(now, weight, windowMs / PARTS) : !key.passes(now, weight)
}
