import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type Redis,
  type RedisConnections,
  startRedisConnections,
} from '../../../../tests/support/redis-connections.ts'
import { seed } from '../../../../tests/support/seed.ts'
import type { CacheEvent } from '../events.ts'
import { SHARED_STORE_CONTRACT } from '../testing/store-contract.ts'
import { createLeases } from './leases.ts'
import { createRedisStore, type RedisStore, type RedisStoreSetup } from './redis-store.ts'

const TTL = { ttlMs: 60_000 }

let connections: RedisConnections
let redis: Redis
const stores: RedisStore[] = []
beforeAll(async () => {
  connections = await startRedisConnections()
  redis = await connections.connect()
})
beforeEach(() => connections.server.flush())
afterEach(() => {
  for (const store of stores.splice(0)) store.close()
})
afterAll(() => connections.stop())

function open(setup: Partial<RedisStoreSetup> = {}): { store: RedisStore; events: CacheEvent[] } {
  const events: CacheEvent[] = []
  const observe = (event: CacheEvent) => void events.push(event)
  const store = createRedisStore({ redis, observe, ...setup })
  stores.push(store)
  return { store, events }
}

const put = (store: RedisStore, key: string, fence?: number) =>
  store.set(key, Buffer.from(key), { ...TTL, fence })
const textOf = async (store: RedisStore, key: string) => (await store.get(key))?.toString()
const command = (...args: [string, ...string[]]) => connections.server.command(...args)
const numberedKeys = (count: number) => Array.from({ length: count }, (_, index) => `key ${index}`)

for (const { name, check } of SHARED_STORE_CONTRACT) {
  test(name, async () => {
    await check({
      open: async entriesMax => open({ entriesMax }).store,
      pass: ms => delay(ms),
    })
  })
}

const INSIDE = `
local P = KEYS[1]
local all = function(set) return redis.call('ZRANGE', P .. set, 0, -1) end
return { redis.call('KEYS', '*:entry:*'), redis.call('HGETALL', P .. 'sizes'), redis.call('HGET', P .. 'totals', 'bytes'),
  all('scores'), all('ends'), all('ghosts'), all('cleared') }`

/** Everything that the index says, and what there really is. */
async function inside() {
  const answer = await redis.eval(INSIDE, ['{cache}:'], [])
  const [names, sizes, total, ...sets] = answer as [
    string[],
    string[],
    string | null,
    ...string[][],
  ]
  const [scores, ends, ghosts, cleared] = sets.map(members => members.sort())
  return {
    entries: names.map(name => name.replace('s-tier:{cache}:entry:', '')).sort(),
    sized: sizes.filter((_, index) => index % 2 === 0).sort(),
    bytes: sizes.reduce((sum, size, index) => (index % 2 === 1 ? sum + Number(size) : sum), 0),
    total: Number(total),
    scores,
    ends,
    ghosts,
    cleared,
  }
}

async function expectWhole(): Promise<void> {
  const { entries, sized, bytes, total, scores, ends, cleared } = await inside()
  expect({ sized, scores, ends, cleared }).toEqual({
    sized: entries,
    scores: entries,
    ends: entries,
    cleared: [],
  })
  expect(total).toBe(bytes)
}

test(`whatever several nodes do at the same time, values and index do not part (seed ${seed})`, async () => {
  const key = fc.nat({ max: 25 }).map(String)
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constant('set' as const), key, fc.nat({ max: 50 })) },
    { weight: 3, arbitrary: fc.tuple(fc.constant('get' as const), key, fc.constant(0)) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('delete' as const), key, fc.constant(0)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('clear' as const), key, fc.constant(0)) },
  )
  const nodes = [redis, await connections.connect()]
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async steps => {
      await connections.server.flush()
      const both = nodes.map(each => open({ redis: each, entriesMax: 10 }).store)
      await Promise.all(
        steps.map(([what, name, size], index) => {
          const store = both[index % 2]!
          if (what === 'set') return store.set(name, Buffer.alloc(size), TTL)
          if (what === 'get') return store.get(name)
          return what === 'delete' ? store.delete([name]) : store.clear()
        }),
      )
      await expectWhole()
      const { entries, ghosts } = await inside()
      expect(entries.length).toBeLessThanOrEqual(10)
      expect(ghosts?.length).toBeLessThanOrEqual(20)
    }),
    { seed, numRuns: 40 },
  )
})

test('what a used value is worth lasts longer than a row of values that nobody wants', async () => {
  const { store } = open({ entriesMax: 50 })
  const popular = numberedKeys(10)
  for (const key of popular) await put(store, key)
  for (let round = 0; round < 5; round++) {
    for (const key of popular) await store.get(key)
  }
  await delay(150)
  for (let n = 0; n < 120; n++) await put(store, `scanned ${n}`)
  expect(await Promise.all(popular.map(key => textOf(store, key)))).toEqual(popular)
})

test('a popular value that is deleted comes back as one', async () => {
  const { store } = open({ entriesMax: 20 })
  for (let n = 0; n < 20; n++) await put(store, `old ${n}`)
  await put(store, 'popular')
  for (let n = 0; n < 8; n++) await store.get('popular')
  await delay(150)
  await store.delete(['popular'])
  await put(store, 'popular')
  for (let n = 0; n < 40; n++) await put(store, `scanned ${n}`)
  expect(await textOf(store, 'popular')).toBe('popular')
})

test('nodes share the values, their number, bytes and evictions', async () => {
  const { store } = open({ entriesMax: 100 })
  const other = open({ redis: await connections.connect(), entriesMax: 100 }).store
  for (const key of numberedKeys(150)) await put(store, key)
  await put(other, 'last')
  expect(await textOf(store, 'last')).toBe('last')
  const { entries, bytes, evictions } = other.stats()
  expect({ entries, evictions }).toEqual({ entries: 100, evictions: 51 })
  expect(bytes).toBe((await inside()).bytes)
})

test('stores of different names have nothing in common', async () => {
  const { store } = open()
  const other = open({ name: 'other' }).store
  await put(store, 'a')
  expect(await other.get('a')).toBeUndefined()
  await put(other, 'a')
  await other.clear()
  expect(await textOf(store, 'a')).toBe('a')
})

test('every name in Redis has the same hash tag, and no script touches another', async () => {
  const { store } = open({ entriesMax: 2 })
  for (const key of numberedKeys(4)) await put(store, key)
  const names = (await command('keys', '*')) as string[]
  expect(names.length).toBeGreaterThan(4)
  for (const name of names) expect(name).toMatch(/^s-tier:\{cache\}:/)
})

test('a smaller room is reached in steps', async () => {
  const { store } = open({ entriesMax: 2_000 })
  await Promise.all(numberedKeys(1_500).map(key => put(store, key)))
  const smaller = open({ entriesMax: 100 }).store
  await put(smaller, 'new')
  await put(smaller, 'newer')
  expect(smaller.stats().entries).toBe(100)
  await expectWhole()
})

test('too large values are not stored', async () => {
  const { store } = open({ entryBytesMax: 10 })
  await store.set('large', Buffer.alloc(11), TTL)
  await store.set('small', Buffer.alloc(10), TTL)
  expect([await store.get('large'), (await store.get('small'))?.length]).toEqual([undefined, 10])
  expect(store.stats().refusals).toBe(1)
})

test('what Redis refuses for want of memory leaves everything whole, and deleting goes on', async () => {
  const { store } = open()
  for (const key of numberedKeys(20)) await put(store, key)
  await command('config', 'set', 'maxmemory', '1')
  try {
    await put(store, 'new')
    expect(await store.get('new')).toBeUndefined()
    expect(await textOf(store, 'key 3')).toBe('key 3')
    await store.delete(['key 3'])
    expect(await store.get('key 3')).toBeUndefined()
    await expectWhole()
  } finally {
    await command('config', 'set', 'maxmemory', '0')
  }
})

test('values that Redis itself has evicted are misses, and make room', async () => {
  const { store } = open({ entriesMax: 10 })
  for (const key of numberedKeys(10)) await put(store, key)
  for (const key of numberedKeys(5)) await command('del', `s-tier:{cache}:entry:${key}`)
  expect(await store.get('key 1')).toBeUndefined()
  for (const key of numberedKeys(10)) await put(store, `new ${key}`)
  await expectWhole()
  expect((await inside()).entries).toHaveLength(10)
})

test('a foreign type under the name of a value is not to be had', async () => {
  const { store, events } = open()
  await command('lpush', 's-tier:{cache}:entry:a', 'x')
  expect(await store.get('a')).toBe('unavailable')
  expect(events).toMatchObject([{ kind: 'cache.shared-failed', part: 'store', failures: 1 }])
  await put(store, 'a')
  expect(await textOf(store, 'a')).toBe('a')
})

test('a value is stored only while the lease under which it was loaded lasts', async () => {
  const { store } = open()
  const leases = createLeases({ redis })
  const acquired = async () => {
    const lease = await leases.acquire('a')
    if (typeof lease === 'string') throw new Error(lease)
    return lease
  }
  const first = await acquired()
  await put(store, 'a', first.fence)
  expect(await textOf(store, 'a')).toBe('a')

  await store.delete(['a']) // Something has changed: what is being loaded may be from before.
  await put(store, 'a', first.fence)
  expect(await store.get('a')).toBeUndefined()

  const second = await acquired() // The lease ended with the key.
  expect(second.fence).toBeGreaterThan(first.fence)
  await put(store, 'a', first.fence)
  expect(await store.get('a')).toBeUndefined()
  await store.clear()
  await put(store, 'a', second.fence)
  expect(await store.get('a')).toBeUndefined()
  expect(store.stats().refusals).toBe(3)
  await leases.close()
})
