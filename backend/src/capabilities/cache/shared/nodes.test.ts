import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type Redis,
  type RedisConnections,
  startRedisConnections,
} from '../../../../tests/support/redis-connections.ts'
import { seed } from '../../../../tests/support/seed.ts'
import type { Cache } from '../cache.ts'
import { createCache } from '../composed-cache.ts'
import type { Bus } from '../types.ts'
import { createBus } from './bus.ts'
import { createLeases } from './leases.ts'
import { createRedisStore } from './redis-store.ts'

const PATIENCE = { timeout: 20_000, interval: 10 }
const PRODUCT = { commandTimeoutMs: 25, unansweredMs: 200, reconnectDelayMinMs: 5 }

let connections: RedisConnections
const ends: (() => unknown)[] = []
beforeAll(async () => {
  connections = await startRedisConnections()
})
beforeEach(() => connections.server.flush())
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})
afterAll(() => connections.stop())

interface Node {
  readonly cache: Cache<number>
  readonly bus: Bus
}

/** A process with everything: its memory, and Redis for values, leases and news. */
async function nodeOn(redis: Redis): Promise<Node> {
  const [l2, leases, bus] = [
    createRedisStore({ redis }),
    createLeases({ redis, waitMs: 5_000 }),
    createBus({ redis, sweepMs: 20 }),
  ]
  const cache = createCache<number>({ l2, leases, bus })
  ends.push(l2.close, leases.close, () => cache.close())
  await expect.poll(() => bus.isBehind, PATIENCE).toBe(false)
  return { cache, bus }
}

/** What is true, and who has asked for it. */
function truth() {
  const rows = new Map<string, number>()
  let loads = 0
  return {
    get loads() {
      return loads
    },
    of: (key: string) => rows.get(key) ?? 0,
    change: (key: string) => void rows.set(key, (rows.get(key) ?? 0) + 1),
    loader: (key: string, ms: number) => async () => {
      loads++
      const value = rows.get(key) ?? 0
      await delay(ms)
      return { value, dependencies: [{ tag: 'rows', keys: [key] }] }
    },
  }
}

const nodes = (count: number): Promise<Node[]> =>
  Promise.all(Array.from({ length: count }, async () => nodeOn(await connections.connect())))

test('a value that one node has loaded the others find', async () => {
  const three = await nodes(3)
  const rows = truth()
  rows.change('a')
  for (const { cache } of three) {
    expect((await cache.get('a', rows.loader('a', 0))).value).toBe(1)
  }
  expect(rows.loads).toBe(1)
})

test('all nodes at once load a value once', async () => {
  const three = await nodes(3)
  const rows = truth()
  const asked = three.flatMap(({ cache }) =>
    Array.from({ length: 50 }, () => cache.get('a', rows.loader('a', 20))),
  )
  await Promise.all(asked)
  expect(rows.loads).toBe(1)
})

test(`after any number of changes and loads at the same time, no node stays with an old value (seed ${seed})`, async () => {
  const three = await nodes(3)
  const rows = truth()
  let state = seed
  const dice = (sides: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % sides
  }
  const keys = ['a', 'b', 'c']
  for (let round = 0; round < 5; round++) {
    const steps = Array.from({ length: 60 }, async () => {
      const [key, { cache }, ms, isChange] = [
        keys[dice(3)]!,
        three[dice(3)]!,
        dice(12),
        dice(4) === 0,
      ]
      await delay(dice(30))
      if (!isChange) return cache.get(key, rows.loader(key, ms))
      rows.change(key)
      const changedTo = rows.of(key)
      await cache.invalidate('rows', [key])
      const seen = await cache.get(key, rows.loader(key, ms))
      return expect(seen.value).toBeGreaterThanOrEqual(changedTo)
    })
    await Promise.all(steps)
    const last = await three[0]!.bus.send('{"tag":"nothing","keys":[]}')
    await expect
      .poll(() => three.map(({ bus }) => Number(bus.place) >= Number(last)), PATIENCE)
      .toEqual([true, true, true])
    for (const { cache } of three) {
      for (const key of keys) {
        expect((await cache.get(key, rows.loader(key, 0))).value).toBe(rows.of(key))
      }
    }
  }
})

test('with Redis frozen in the middle everybody gets an answer; afterwards no old value is left', async () => {
  const { redis, proxy } = await connections.connectThrough(PRODUCT)
  const [cut, other] = [await nodeOn(redis), await nodeOn(await connections.connect())]
  const rows = truth()
  await cut.cache.get('a', rows.loader('a', 0))
  proxy.freeze()
  rows.change('a')
  await other.cache.invalidate('rows', ['a'])
  rows.change('b')
  await cut.cache.invalidate('rows', ['b'])
  const answers = await Promise.all(
    ['b', 'c', 'd'].map(key => cut.cache.get(key, rows.loader(key, 0))),
  )
  expect(answers.map(({ value }) => value)).toEqual([1, 0, 0])
  await proxy.heal()
  await expect
    .poll(async () => (await cut.cache.get('a', rows.loader('a', 0))).value, PATIENCE)
    .toBe(1)
  await expect
    .poll(async () => (await other.cache.get('b', rows.loader('b', 0))).value, PATIENCE)
    .toBe(1)
})
