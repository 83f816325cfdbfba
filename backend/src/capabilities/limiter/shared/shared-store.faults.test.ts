import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { FaultProxy } from '../../../../tests/support/fault-proxy.ts'
import {
  type RedisConnections,
  startRedisConnections,
} from '../../../../tests/support/redis-connections.ts'
import type { TestRedis } from '../../../../tests/support/redis.ts'
import { Claim } from '../claim.ts'
import type { LimiterEvent } from '../events.ts'
import type { Rule } from '../rule.ts'
import type { OnOutage } from '../types.ts'
import type { SharedStore } from './shared-store.ts'
import { admitted, ask, createRig, type Rig, ruleOf } from './testing/rig.ts'

const PATIENCE = { timeout: 20_000, interval: 5 }
/** As impatient as the product, and back again sooner. */
const PRODUCT = { commandTimeoutMs: 25, unansweredMs: 200, reconnectDelayMinMs: 5 }
/** The clock of Redis is known up to the quickest way there and back, which a busy machine makes long. */
const SLOW_WAY_MS = 500
const LIMIT = 400
/** Longer than a test takes: all that pass are in one window. */
const WINDOW_MS = 600_000

let connections: RedisConnections
let rig: Rig
beforeAll(async () => {
  connections = await startRedisConnections()
  rig = createRig(() => connections.connect())
})
beforeEach(() => connections.server.restart())
afterEach(() => rig.close())
afterAll(() => connections.stop())

interface Fleet {
  readonly stores: readonly SharedStore[]
  readonly proxies: readonly FaultProxy[]
  readonly events: LimiterEvent[]
}

async function fleet(...rules: Rule[]): Promise<Fleet> {
  const events: LimiterEvent[] = []
  const nodes = await Promise.all(
    [1, 2, 3, 4].map(async () => {
      const { redis, proxy } = await connections.connectThrough(PRODUCT)
      const observe = (event: LimiterEvent): void => void events.push(event)
      const store = await rig.open(rules, { redis, observe, commandTimeoutMs: 25 })
      return { store, proxy }
    }),
  )
  const stores = nodes.map(({ store }) => store)
  await figure(stores, 'nodes', 4)
  return { stores, proxies: nodes.map(({ proxy }) => proxy), events }
}

/** Until all say so. */
const figure = (stores: readonly SharedStore[], name: string, value: unknown) =>
  expect
    .poll(() => stores.map(store => store.figures()[name]), PATIENCE)
    .toEqual(stores.map(() => value))

/** One after the other, so that each store knows what the others have charged. */
async function inTurn(stores: readonly SharedStore[], rule: Rule, count: number): Promise<number> {
  let passed = 0
  for (let n = 0; n < count; n++) {
    if (await ask(stores[n % stores.length]!, new Claim(rule, 'k', 1, 1))) passed++
  }
  return passed
}

type Each = (fleet: Fleet, server: TestRedis) => unknown
const all =
  (change: (proxy: FaultProxy) => unknown): Each =>
  ({ proxies }) =>
    Promise.all(proxies.map(change))

const OUTAGES: readonly [string, Each, Each][] = [
  ['a frozen Redis', (_, server) => server.freeze(), (_, server) => server.thaw()],
  [
    'a Redis that was killed and is empty',
    (_, server) => server.kill(),
    (_, server) => server.restart(),
  ],
  ['a network that swallows everything', all(proxy => proxy.freeze()), all(proxy => proxy.heal())],
  ['answers that are too late', all(proxy => proxy.latency(100)), all(proxy => proxy.heal())],
  ['hosts that vanished', all(proxy => proxy.halfOpen()), all(proxy => proxy.heal())],
]

test.each(OUTAGES)(
  'with %s four processes admit no more than the limit, and nothing hangs',
  async (_name, begin, end) => {
    const rule = ruleOf({ limit: LIMIT, windowMs: WINDOW_MS })
    const four = await fleet(rule)
    const { stores, events } = four
    let passed = await inTurn(stores, rule, LIMIT / 2)
    await begin(four, connections.server)
    passed += await inTurn(stores, rule, 40)
    passed += await admitted(stores, rule, LIMIT)
    await figure(stores, 'isShared', false)
    passed += await admitted(stores, rule, LIMIT)
    expect(passed).toBeGreaterThan(0.9 * LIMIT)
    await end(four, connections.server)
    await figure(stores, 'isShared', true)
    passed += await admitted(stores, rule, 2 * LIMIT)
    expect(passed).toBeLessThanOrEqual(1.1 * LIMIT)
    expect(events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['limiter.shared-lost', 'limiter.shared-works']),
    )
  },
)

test('a Redis that was emptied is told what it knew before anybody goes on', async () => {
  const rule = ruleOf({ limit: LIMIT, windowMs: WINDOW_MS })
  const { stores, events } = await fleet(rule)
  let passed = await inTurn(stores, rule, LIMIT / 2)
  await connections.server.flush()
  passed += await admitted(stores, rule, 2 * LIMIT)
  await figure(stores, 'isShared', true)
  await figure(stores, 'isOnProbation', false)
  passed += await inTurn(stores, rule, LIMIT)
  expect(passed).toBeGreaterThan(0.9 * LIMIT)
  expect(passed).toBeLessThanOrEqual(1.1 * LIMIT)
  expect(events.filter(({ kind }) => kind === 'limiter.shared-forgotten')).toHaveLength(4)
})

test('what Redis gets to read too late is not charged', async () => {
  const rule = ruleOf({ limit: LIMIT, windowMs: WINDOW_MS, onOutage: 'closed' })
  const { stores } = await fleet(rule)
  connections.server.freeze()
  const late = stores.map(store => ask(store, new Claim(rule, 'k', 1, 1)))
  expect(await Promise.all(late)).toEqual([false, false, false, false])
  await setTimeout(SLOW_WAY_MS)
  connections.server.thaw()
  await figure(stores, 'isShared', true)
  const claim = new Claim(rule, 'k', 1, 1)
  expect(await ask(stores[0]!, claim)).toBe(true)
  expect(claim.remaining).toBe(LIMIT - 1)
})

test('without Redis each rule does as it says', async () => {
  const of = (onOutage: OnOutage) => ruleOf({ limit: 4, windowMs: WINDOW_MS, onOutage }, onOutage)
  const rules = [of('open'), of('closed'), of('share')]
  const { stores } = await fleet(...rules)
  await connections.server.kill()
  await figure(stores, 'isShared', false)
  const passes = rules.map(rule => {
    const claims = [1, 2, 3].map(() => new Claim(rule, 'k', 1, 1))
    for (const claim of claims) expect(stores[0]!.takeNow([claim])).toBe(true)
    expect(claims[0]!.isClosed).toBe(rule.onOutage === 'closed')
    return claims.map(claim => claim.passes)
  })
  expect(passes).toEqual([
    [true, true, true],
    [false, false, false],
    [true, false, false],
  ])
})

test('who starts while Redis is away takes its part of the processes that it was told of', async () => {
  const rule = ruleOf({ limit: LIMIT, windowMs: WINDOW_MS })
  const { redis } = await connections.connectThrough(PRODUCT)
  await connections.server.kill()
  const store = await rig.open([rule], { redis, processes: 4, commandTimeoutMs: 25 })
  expect(await admitted([store], rule, LIMIT)).toBe(LIMIT / 4)
  await connections.server.restart()
  await figure([store], 'missing', 3)
  const others = await Promise.all([2, 3, 4].map(() => rig.open([rule])))
  await figure([store, ...others], 'missing', 0)
  expect(await admitted(others, rule, 2 * LIMIT)).toBe((3 * LIMIT) / 4)
})
