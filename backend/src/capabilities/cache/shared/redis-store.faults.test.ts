import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type Redis,
  type RedisConnections,
  startRedisConnections,
} from '../../../../tests/support/redis-connections.ts'
import { type FakeClock, fakeClock } from '../../../../tests/support/fake-clock.ts'
import type { FaultProxy } from '../../../../tests/support/fault-proxy.ts'
import type { CacheEvent } from '../events.ts'
import { createRedisStore, type RedisStore } from './redis-store.ts'

const PATIENCE = { timeout: 10_000, interval: 5 }
const TTL = { ttlMs: 60_000 }
/** As impatient as the product, and back again sooner. */
const PRODUCT = { commandTimeoutMs: 25, unansweredMs: 200, reconnectDelayMinMs: 5 }

let connections: RedisConnections
beforeAll(async () => {
  connections = await startRedisConnections()
})
beforeEach(() => connections.server.flush())
afterEach(() => {
  for (const store of stores.splice(0)) store.close()
})
afterAll(() => connections.stop())

const stores: RedisStore[] = []

async function open(clock?: FakeClock): Promise<{
  store: RedisStore
  redis: Redis
  proxy: FaultProxy
  events: CacheEvent[]
}> {
  const events: CacheEvent[] = []
  const { redis, proxy } = await connections.connectThrough(PRODUCT)
  const observe = (event: CacheEvent): void => void events.push(event)
  const store = createRedisStore({ redis, observe, ...(clock && { clock }) })
  stores.push(store)
  return { store, redis, proxy, events }
}

const put = (store: RedisStore, key: string) => store.set(key, Buffer.from(key), TTL)
const textOf = async (store: RedisStore, key: string) => (await store.get(key))?.toString()

/** A busy machine may cost an answer. */
const eventually = (check: () => Promise<unknown>, expected: unknown) =>
  expect.poll(check, PATIENCE).toEqual(expected)

async function stored(store: RedisStore, key: string, clock?: FakeClock): Promise<void> {
  await eventually(async () => {
    clock?.advance(250) // What could not be done is tried again.
    await put(store, key)
    return textOf(store, key)
  }, key)
}

const FAULTS: readonly [string, (proxy: FaultProxy) => unknown][] = [
  ['a network that swallows everything', proxy => proxy.freeze()],
  ['answers that do not arrive', proxy => proxy.freeze('to-client')],
  ['answers that are too late', proxy => proxy.latency(200)],
  ['a host that vanished', proxy => proxy.halfOpen()],
  [
    'connections that break and are refused',
    async proxy => {
      await proxy.refuse()
      proxy.reset()
    },
  ],
]

for (const [name, begin] of FAULTS) {
  test(`with ${name} nothing is to be had and everything ends; afterwards all is well`, async () => {
    const clock = fakeClock()
    const { store, proxy, events } = await open(clock)
    await stored(store, 'a', clock)
    clock.advance(10_000)
    events.splice(0)
    await begin(proxy)
    const calls = Array.from({ length: 30 }, () => store.get('a'))
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['unavailable']))
    await Promise.all([put(store, 'b'), store.delete(['c']), store.clear()])
    expect(store.stats().failures).toBeGreaterThanOrEqual(33)
    const failed = events.filter(({ kind }) => kind === 'cache.shared-failed')
    expect(failed).toHaveLength(1) // Not one for each call.
    expect(failed[0]).toMatchObject({ part: 'store', error: expect.any(Error) })
    clock.advance(10_000)
    await put(store, 'b')
    expect(events.filter(({ kind }) => kind === 'cache.shared-failed')).toHaveLength(2)
    await proxy.heal()
    await stored(store, 'd', clock)
    await eventually(async () => events.at(-1)?.kind, 'cache.shared-works')
  })
}

test('what could not be deleted counts as deleted, and is deleted when that is possible', async () => {
  const { store, proxy } = await open()
  await stored(store, 'a')
  await stored(store, 'b')
  proxy.freeze()
  await store.delete(['a'])
  await proxy.heal()
  await eventually(() => textOf(store, 'b'), 'b')
  expect(await store.get('a')).toBeUndefined()
  const other = createRedisStore({ redis: await connections.connect() })
  await eventually(() => textOf(other, 'a'), undefined)
  expect(await textOf(other, 'b')).toBe('b')
  await stored(store, 'a')
  other.close()
})

test('what could not be cleared counts as cleared, and is cleared when that is possible', async () => {
  const { store, proxy } = await open()
  for (const key of ['a', 'b']) await stored(store, key)
  await proxy.refuse()
  proxy.reset()
  await store.clear()
  await proxy.heal()
  expect([await store.get('a'), await store.get('b')]).toEqual([undefined, undefined])
  const other = createRedisStore({ redis: await connections.connect() })
  await eventually(async () => [await other.get('a'), await other.get('b')], [undefined, undefined])
  await stored(store, 'a')
  other.close()
})

test('more than can be remembered to be deleted becomes everything', async () => {
  const { store, proxy } = await open()
  await stored(store, 'a')
  await proxy.refuse()
  proxy.reset()
  await store.delete(Array.from({ length: 10_001 }, (_, index) => `key ${index}`))
  await proxy.heal()
  expect(await store.get('a')).toBeUndefined()
  await stored(store, 'b')
})

test('with its breaker open, Redis is not asked', async () => {
  const { redis, proxy, breaker } = await connections.connectGuarded(3, PRODUCT)
  const store = createRedisStore({ redis })
  stores.push(store)
  proxy.freeze()
  for (let n = 0; n < 3; n++) expect(await store.get('a')).toBe('unavailable')
  expect(breaker.status().state).toBe('open')
  const sent = proxy.counts.bytesToServer
  expect(await store.get('a')).toBe('unavailable')
  expect(proxy.counts.bytesToServer).toBe(sent)
})
