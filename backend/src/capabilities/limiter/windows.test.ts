import { afterAll, beforeAll, expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { createRandom, type Random } from '../../../tests/support/random.ts'
import {
  type RedisConnections,
  startRedisConnections,
} from '../../../tests/support/redis-connections.ts'
import { seed } from '../../../tests/support/seed.ts'
import { Claim } from './claim.ts'
import { LocalStore } from './local-store.ts'
import type { Rule } from './rule.ts'
import { ANSWER_HEAD, Batch } from './shared/batch.ts'
import { Entry } from './shared/entry.ts'
import { DECIDE } from './shared/scripts.ts'
import { ruleOf } from './shared/testing/rig.ts'

// What `sliding` promises, for very many schedules of one key; what else there is to say about decisions is in the tests of the models.

const LOCAL = { schedules: 10_000, steps: 50 }
/** Dearer, so shorter. `STIER_LIMITER_RUNS` for more of them. */
const SHARED = { schedules: Number(process.env['STIER_LIMITER_RUNS'] ?? 10_000), steps: 12 }
/** Asked of Redis together. */
const TOGETHER = 100
/** Windows of minutes, as keys expire by the clock of the machine, which nobody sets. */
const WINDOWS_MS = [100_000, 1_000_000, 1_280_000]
const BEGIN_MS = 1_700_000_000_000
const KEYS = ['epoch', 'members', 'expected']

interface Step {
  readonly at: number
  readonly weight: number
}

interface Schedule {
  readonly rule: Rule
  readonly steps: readonly Step[]
}

/** At the edges of windows and of their parts, at any time between, and much at once. */
function scheduleOf(random: Random, count: number): Schedule {
  const windowMs = random.pick(WINDOWS_MS)
  const [shared, local] = [windowMs / 128, windowMs / 64]
  const waits = [0, 0, 0, 0, 0.001, 1, shared, local, windowMs - shared, windowMs - 1, windowMs]
  const others = () => random.below(windowMs) / (random.oneIn(2) ? 1 : 20)
  const heavy = 1 + random.below(3)
  const steps: Step[] = []
  // Not where a part begins.
  let at = BEGIN_MS + random.below(windowMs)
  for (let n = 0; n < count; n++) {
    steps.push({ at, weight: 1 + random.below(heavy) })
    const waitMs = random.oneIn(3) ? others() : random.pick(waits)
    at = Math.round((at + waitMs) * 1_000) / 1_000
  }
  return { rule: ruleOf({ limit: 1 + random.below(Math.floor(count / 4)), windowMs }), steps }
}

/** The most that was admitted in a window. */
function densest({ rule, steps }: Schedule, isAdmitted: (index: number) => boolean): number {
  const admitted = steps.filter((_step, index) => isAdmitted(index))
  let [most, sum, from] = [0, 0, 0]
  for (const { at, weight } of admitted) {
    sum += weight
    while ((admitted[from] as Step).at + rule.windowMs <= at) {
      sum -= (admitted[from] as Step).weight
      from++
    }
    most = Math.max(most, sum)
  }
  return most
}

/** Throws for a window that admits too much. Was one of them full? */
function judged(schedule: Schedule, number: number, isAdmitted: (index: number) => boolean) {
  const most = densest(schedule, isAdmitted)
  const { limit } = schedule.rule
  if (most > limit) throw new Error(`schedule ${number}: ${most} of ${limit} in a window`)
  return most === limit
}

test(`in none of ${LOCAL.schedules} schedules a window admits more than its limit (seed ${seed})`, () => {
  const random = createRandom(seed)
  let full = 0
  for (let number = 0; number < LOCAL.schedules; number++) {
    const schedule = scheduleOf(random, LOCAL.steps)
    const clock = fakeClock()
    const common = { clock, random: () => 0, keysMax: 100, observe: () => undefined }
    const store = new LocalStore(common)
    store.setRules([schedule.rule])
    const passes: boolean[] = []
    for (const { at, weight } of schedule.steps) {
      clock.advance(at - BEGIN_MS - clock.now())
      const claim = new Claim(schedule.rule, 'k', weight, 1)
      store.take([claim])
      passes.push(claim.passes)
    }
    if (judged(schedule, number, index => passes[index] === true)) full++
  }
  expect(full).toBeGreaterThan(LOCAL.schedules / 2)
})

/** The script as it is, one step after the other, each at its time. Answers which of them were admitted. */
const SCHEDULED = `
local function decide(KEYS, ARGV, time) ${DECIDE.replace("redis.call('TIME')", 'time')} end
local admitted = {}
for index, step in ipairs(cjson.decode(ARGV[1])) do
  admitted[index] = decide(KEYS, { step[2] }, { 0, step[1] })[${ANSWER_HEAD + 1}]
end
redis.call('DEL', KEYS[#KEYS])
return admitted
`

let connections: RedisConnections
beforeAll(async () => {
  connections = await startRedisConnections()
})
afterAll(() => connections.stop())

test(`in none of ${SHARED.schedules} schedules a window of Redis admits more than its limit (seed ${seed})`, {
  timeout: 30_000 + SHARED.schedules * 20,
}, async () => {
  const redis = await connections.connect()
  const random = createRandom(seed)
  async function run(number: number): Promise<boolean> {
    const schedule = scheduleOf(random, SHARED.steps)
    const entry = new Entry(`schedule-${number}`, 'k')
    const steps = schedule.steps.map(({ at, weight }) => {
      const batch = new Batch(KEYS)
      batch.ask([new Claim(schedule.rule, 'k', weight, 1)], [entry], [0])
      return [at * 1_000, batch.text(0, 0)]
    })
    const given = [JSON.stringify(steps)]
    const admitted = (await redis.eval(SCHEDULED, [...KEYS, entry.place], given)) as number[]
    return judged(schedule, number, index => admitted[index] === 1)
  }
  let full = 0
  for (let from = 0; from < SHARED.schedules; from += TOGETHER) {
    const runs = Array.from({ length: TOGETHER }, (_run, index) => run(from + index))
    full += (await Promise.all(runs)).filter(Boolean).length
  }
  expect(full).toBeGreaterThan(SHARED.schedules / 2)
})
