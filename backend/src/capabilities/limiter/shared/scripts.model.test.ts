import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Redis,
  type RedisConnections,
  startRedisConnections,
} from '../../../../tests/support/redis-connections.ts'
import { seed } from '../../../../tests/support/seed.ts'
import { Claim } from '../claim.ts'
import { Rule } from '../rule.ts'
import { ReferenceKey } from '../testing/reference-model.ts'
import type { LimitRule } from '../types.ts'
import { ANSWER_EACH, ANSWER_HEAD, Batch } from './batch.ts'
import { Entry } from './entry.ts'
import { DECIDE } from './scripts.ts'

/** `STIER_LIMITER_RUNS=10000` for the whole proof. */
const numRuns = Number(process.env['STIER_LIMITER_RUNS'] ?? 60)
const timeout = 30_000 + numRuns * 100
const PARTS = 128
const BEGIN_MS = 1_700_000_000_000
const KEYS = ['s-tier-epoch', 's-tier-members', 's-tier-expected']

/** The script as it is, on a clock that the test sets. */
const ON_TEST_CLOCK = DECIDE.replace(
  "redis.call('TIME')",
  "cjson.decode(redis.call('GET', 's-tier:now'))",
)

let connections: RedisConnections
let redis: Redis
beforeAll(async () => {
  connections = await startRedisConnections()
  redis = await connections.connect()
})
afterAll(() => connections.stop())

/** Windows of minutes, as keys expire by the clock of the machine, which nobody sets. */
const RULE: fc.Arbitrary<LimitRule> = fc.record({
  algorithm: fc.constantFrom('sliding', 'sliding', 'gcra', 'fixed', 'concurrency'),
  limit: fc.integer({ min: 1, max: 12 }),
  windowMs: fc.constantFrom(100_000, 1_000_000, 1_280_000),
  burst: fc.integer({ min: 1, max: 12 }),
})

interface Step {
  readonly waitMs: number
  readonly weights: readonly number[]
  readonly keys: readonly string[]
  /** Asked in the same call. */
  readonly isWithNext: boolean
  /** Which of those under way ends before it. */
  readonly ends: number
}
const WAITS = [0, 0, 0, 500, 7_000, 15_700, 99_000, 100_000, 101_000, 500_000, 1_000_000, 1_300_000]
const STEP: fc.Arbitrary<Step> = fc.record({
  waitMs: fc.constantFrom(...WAITS),
  weights: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 3, maxLength: 3 }),
  keys: fc.array(fc.constantFrom('a', 'b'), { minLength: 3, maxLength: 3 }),
  isWithNext: fc.boolean(),
  ends: fc.integer({ min: -3, max: 5 }),
})

let runs = 0

class Run {
  readonly rules: readonly Rule[]
  readonly #run = runs++
  readonly #entries = new Map<string, Entry>()
  readonly #models = new Map<Entry, ReferenceKey>()
  readonly #underWay: { entry: Entry; claim: Claim; at: number; end: () => void }[] = []
  #batch = new Batch(KEYS)
  #asked: { claims: readonly Claim[]; entries: readonly Entry[] }[] = []
  now = BEGIN_MS

  constructor(rules: readonly LimitRule[]) {
    this.rules = rules.map(
      (rule, index) => new Rule(`rule-${index}`, rule, { mode: 'enforce', onOutage: 'share' }),
    )
  }

  ask({ weights, keys }: Step): void {
    const claims = this.rules.map(
      (rule, index) => new Claim(rule, keys[index]!, weights[index]!, 1),
    )
    const entries = claims.map(claim => this.#entryOf(claim))
    this.#batch.ask(
      claims,
      entries,
      claims.map(() => 0),
    )
    this.#asked.push({ claims, entries })
  }

  release(index: number): void {
    const [ended] = index < 0 ? [] : this.#underWay.splice(index, 1)
    if (ended === undefined) return
    const { entry, claim, at, end } = ended
    this.#batch.adjust(entry, claim, -claim.weight, at)
    end()
  }

  async send(): Promise<void> {
    await redis.command('set', 'now', JSON.stringify([this.now / 1_000, 0]))
    const answer = await redis.eval(ON_TEST_CLOCK, this.#batch.keys, [this.#batch.text(0, 0)])
    let index = ANSWER_HEAD
    for (const { claims, entries } of this.#asked) {
      this.#compare(claims, entries, answer as number[], index)
      index += claims.length * ANSWER_EACH
    }
    this.#batch = new Batch(KEYS)
    this.#asked = []
  }

  #compare(
    claims: readonly Claim[],
    entries: readonly Entry[],
    answer: readonly number[],
    begin: number,
  ): void {
    const passes = claims.map((claim, index) => {
      const model = this.#models.get(entries[index]!)!
      const [isIn, , , retryAfterMs = 0] = answer.slice(begin + index * ANSWER_EACH)
      if (isIn === 1) expect(model.passes(this.now, claim.weight)).toBe(true)
      else {
        expect(mayRefuse(model, this.now, claim.weight)).toBe(true)
        expect(retryAfterMs).toBeGreaterThan(0)
        if (claim.weight <= claim.burst) {
          expect(model.passes(this.now + retryAfterMs, claim.weight)).toBe(true)
        }
      }
      return isIn === 1
    })
    if (passes.includes(false)) return
    for (const [index, claim] of claims.entries()) {
      const entry = entries[index]!
      const admitted = { at: this.now, weight: claim.weight }
      this.#models.get(entry)!.admitted.push(admitted)
      if (claim.rule.algorithm !== 'concurrency') continue
      const end = () => void (admitted.weight = 0)
      this.#underWay.push({ entry, claim, at: this.now, end })
    }
  }

  judge(): void {
    for (const model of this.#models.values()) {
      const { algorithm, limit, burst } = model.rule
      if (algorithm === 'sliding') expect(model.densest()).toBeLessThanOrEqual(limit)
      if (algorithm === 'gcra') expect(model.densest()).toBeLessThanOrEqual(burst + limit + 1e-6)
    }
  }

  #entryOf({ rule, key }: Claim): Entry {
    const place = `${this.#run}:${rule.name}:${key}`
    const entry = this.#entries.get(place) ?? new Entry(place, key)
    if (!this.#entries.has(place)) this.#models.set(entry, new ReferenceKey(rule))
    this.#entries.set(place, entry)
    return entry
  }
}

/** What `sliding` counts together ends together: up to a part of the window later. */
function mayRefuse(key: ReferenceKey, now: number, weight: number): boolean {
  const { algorithm, windowMs } = key.rule
  const isInParts = algorithm === 'sliding' || algorithm === 'concurrency'
  return isInParts ? key.isNearlyFull(now, weight, windowMs / PARTS) : !key.passes(now, weight)
}

test(`Redis decides as the definitions do, and charges nothing when one refuses (seed ${seed})`, {
  timeout,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(RULE, { minLength: 1, maxLength: 3 }),
      fc.array(STEP, { maxLength: 60 }),
      async (rules, steps) => {
        const run = new Run(rules)
        for (const step of steps) {
          run.release(step.ends)
          run.ask(step)
          if (step.isWithNext) continue
          await run.send()
          run.now += step.waitMs
        }
        await run.send()
        run.judge()
      },
    ),
    { seed, numRuns },
  )
})
