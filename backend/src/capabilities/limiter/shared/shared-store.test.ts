import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type RedisConnections,
  startRedisConnections,
} from '../../../../tests/support/redis-connections.ts'
import { systemClock } from '../../../base/index.ts'
import { Claim } from '../claim.ts'
import { Rule } from '../rule.ts'
import type { Penalty } from '../types.ts'
import { Charge } from './charge.ts'
import { admitted, ask, createRig, type Rig, ruleOf } from './testing/rig.ts'

const PATIENCE = { timeout: 10_000, interval: 5 }

let connections: RedisConnections
let rig: Rig
beforeAll(async () => {
  connections = await startRedisConnections()
  rig = createRig(() => connections.connect())
})
beforeEach(() => connections.server.flush())
afterEach(() => rig.close())
afterAll(() => connections.stop())

const open: Rig['open'] = (rules, setup) => rig.open(rules, setup)

const ALGORITHMS = ['sliding', 'gcra', 'fixed', 'concurrency'] as const

test.each(ALGORITHMS)('four processes together admit exactly the limit of %s', async algorithm => {
  const rule = ruleOf({ algorithm, limit: 100, windowMs: 86_400_000 * 30 })
  const four = await Promise.all([1, 2, 3, 4].map(() => open([rule])))
  expect(await admitted(four, rule, 1_000)).toBe(100)
  expect(await admitted(four, rule, 100, 'another')).toBe(100)
})

test('nothing is charged when one of several does not pass', async () => {
  const [wide, narrow] = [
    ruleOf({ limit: 10 }, 'wide'),
    ruleOf({ limit: 1, per: ['user'] }, 'narrow'),
  ]
  const store = await open([wide, narrow])
  const both = () => [new Claim(wide, '', 1, 1), new Claim(narrow, 'ann', 1, 1)]
  expect(await ask(store, ...both())).toBe(true)
  for (let n = 0; n < 5; n++) expect(await ask(store, ...both())).toBe(false)
  const claim = new Claim(wide, '', 1, 1)
  expect(await ask(store, claim)).toBe(true)
  expect(claim.remaining).toBe(8)
})

test('a rule that only looks does not keep others from being charged', async () => {
  const shadow = new Rule('shadow', { limit: 1 }, { mode: 'shadow', onOutage: 'share' })
  const wide = ruleOf({ limit: 3 }, 'wide')
  const store = await open([shadow, wide])
  const passes: boolean[][] = []
  for (let n = 0; n < 4; n++) {
    const claims = [new Claim(shadow, '', 1, 1), new Claim(wide, '', 1, 1)]
    await store.take(claims)
    passes.push(claims.map(claim => claim.passes))
  }
  expect(passes).toEqual([
    [true, true],
    [false, true],
    [false, true],
    [false, false],
  ])
})

test.each(ALGORITHMS)(
  'what is given back of %s can be had again, by another process',
  async algorithm => {
    const rule = ruleOf({ algorithm, limit: 10, windowMs: 86_400_000 * 30 })
    const [one, other] = [await open([rule]), await open([rule])]
    const heavy = new Claim(rule, 'k', 8, 1)
    expect(await ask(one, heavy)).toBe(true)
    expect(await ask(other, new Claim(rule, 'k', 5, 1))).toBe(false)
    one.settle(heavy, 2)
    await expect
      .poll(async () => {
        const claim = new Claim(rule, 'k', 0, 1)
        await one.take([claim])
        return claim.remaining
      }, PATIENCE)
      .toBe(8)
    expect(await ask(await open([rule]), new Claim(rule, 'k', 8, 1))).toBe(true)
    one.settle(heavy, 5) // It costs more than was thought.
  },
)

test('a script that Redis has forgotten is sent again', async () => {
  const rule = ruleOf({ limit: 5 })
  const store = await open([rule])
  expect(await admitted([store], rule, 3)).toBe(3)
  await connections.server.command('script', 'flush')
  expect(await admitted([store], rule, 5)).toBe(2)
})

test('who is refused is told when it passes, and is not asked about again until then', async () => {
  const rule = ruleOf({ limit: 2, windowMs: 60_000 })
  const store = await open([rule])
  await admitted([store], rule, 2)
  const claim = new Claim(rule, 'k', 1, 1)
  await store.take([claim])
  expect(claim.passes).toBe(false)
  expect(claim.retryAfterMs).toBeGreaterThan(50_000)
  expect(claim.retryAfterMs).toBeLessThan(61_000)
  const { batches } = store.figures()
  expect(await admitted([store], rule, 100)).toBe(0)
  expect(store.figures()).toMatchObject({ batches, refusedHere: 100 })
})

test('clocks that differ by half a minute change nothing', async () => {
  const rule = ruleOf({ limit: 100, windowMs: 60_000 })
  const skewed = (ms: number) => ({
    ...systemClock,
    now: () => systemClock.now() + 1_000_000 + ms,
    epochMs: () => systemClock.epochMs() + ms,
  })
  const clocks = [0, 30_000, -30_000, 15_000].map(skewed)
  const four = await Promise.all(clocks.map(clock => open([rule], { clock })))
  expect(await admitted(four, rule, 500)).toBe(100)
})

test('with leases most answers come at once, and no more pass than the limit and what is held', async () => {
  const rule = ruleOf({ limit: 2_000, windowMs: 3_600_000 })
  const four = await Promise.all([1, 2, 3, 4].map(() => open([rule], { leaseShareMax: 0.2 })))
  await expect
    .poll(() => four.map(store => store.figures()['nodes']), PATIENCE)
    .toEqual([4, 4, 4, 4])
  let passed = 0
  let isLeased = 0
  for (let n = 0; n < 6_000; n++) {
    const claim = new Claim(rule, 'k', 1, 1)
    const waiting = four[n % 4]!.take([claim])
    if (waiting === undefined) isLeased++
    else await waiting
    if (claim.passes) passed++
  }
  expect(passed).toBeLessThanOrEqual(2_000)
  expect(passed).toBeGreaterThan(1_600)
  expect(isLeased).toBeGreaterThan(passed / 2)
})

test('many who ask at the same time do not each get a lease', async () => {
  const rule = ruleOf({ limit: 4_000, windowMs: 3_600_000 })
  const [store, other] = [await open([rule], { leaseShareMax: 0.1 }), await open([rule])]
  let passed = 0
  let mostHeld = 0
  while (passed < 3_000) {
    passed += await admitted([store], rule, 50)
    const left = new Claim(rule, 'k', 0, 1)
    await other.take([left])
    mostHeld = Math.max(mostHeld, 4_000 - left.remaining - passed)
  }
  expect(mostHeld).toBeGreaterThan(0)
  expect(mostHeld).toBeLessThanOrEqual(400)
})

test('what is left of a lease is given back', async () => {
  const rule = ruleOf({ limit: 1_000, windowMs: 3_600_000 })
  const store = await open([rule], { leaseShareMax: 0.5, leaseMs: 100 })
  let asked = 0
  await expect
    .poll(async () => {
      for (let n = 0; n < 20; n++) {
        await store.take([new Claim(rule, 'k', 1, 1)])
        asked++
      }
      return Number(store.figures()['leases'])
    }, PATIENCE)
    .toBeGreaterThan(0)
  await expect.poll(() => store.figures()['leases'], PATIENCE).toBe(0)
  const other = await open([rule])
  await expect
    .poll(async () => {
      const claim = new Claim(rule, 'k', 0, 1)
      await other.take([claim])
      return claim.remaining
    }, PATIENCE)
    .toBe(1_000 - asked)
})

test('a penalty is told to all, and to those who come later', async () => {
  const heard: Penalty[][] = [[], [], []]
  const rule = ruleOf({ limit: 1 })
  const [one] = await Promise.all(
    [0, 1].map(index => open([rule], { onPenalty: penalty => void heard[index]!.push(penalty) })),
  )
  const told = { attribute: 'ip', value: '::1', share: 0.5, reason: 'probing' }
  one!.share({ ...told, until: Date.now() + 60_000 })
  await expect.poll(() => heard[1]!.length, PATIENCE).toBe(1)
  expect(heard[1]![0]).toMatchObject(told)
  await open([rule], { onPenalty: penalty => void heard[2]!.push(penalty) })
  await expect.poll(() => heard[2]!.length, PATIENCE).toBe(1)
  expect(heard[2]![0]!.until - Date.now()).toBeGreaterThan(50_000)
})

test('on the clock of Redis no window lets in more than the limit, whoever asks when', async () => {
  const rule = ruleOf({ limit: 50, windowMs: 200 })
  const four = await Promise.all([1, 2, 3, 4].map(() => open([rule])))
  const passed: number[] = []
  await expect
    .poll(async () => {
      const claims = four.flatMap(() => [new Claim(rule, 'k', 1, 1), new Claim(rule, 'k', 1, 1)])
      await Promise.all(claims.map((claim, index) => ask(four[index % 4]!, claim)))
      for (const { handle } of claims) if (handle instanceof Charge) passed.push(handle.redisAt)
      return passed.length
    }, PATIENCE)
    .toBeGreaterThan(250)
  passed.sort((a, b) => a - b)
  for (const [index, at] of passed.entries()) {
    expect((passed[index + 50] ?? Number.POSITIVE_INFINITY) - at).toBeGreaterThanOrEqual(200)
  }
})

test('who was refused a place has one soon after another process gives one up', async () => {
  const rule = ruleOf({ algorithm: 'concurrency', limit: 1, windowMs: 600_000 })
  const [one, other] = [await open([rule]), await open([rule])]
  const running = new Claim(rule, 'k', 1, 1)
  expect(await ask(one, running)).toBe(true)
  expect(await ask(other, new Claim(rule, 'k', 1, 1))).toBe(false)
  one.settle(running, 0)
  await expect.poll(() => ask(other, new Claim(rule, 'k', 1, 1)), PATIENCE).toBe(true)
  expect(await ask(one, new Claim(rule, 'k', 1, 1))).toBe(false)
})
