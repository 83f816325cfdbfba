import { expect, onTestFinished, test } from 'vitest'
import {
  type Cache,
  type CacheSetup,
  createBus,
  createCache,
  createLeases,
  createRedisStore,
} from '../../src/capabilities/cache/index.ts'
import { createRedis } from '../../src/capabilities/redis/index.ts'
import { startRedis } from '../support/redis.ts'

/** A process of its own as far as Redis can tell. */
function startNode(url: string, setup: CacheSetup<string> = {}) {
  const redis = createRedis({ url, commandTimeoutMs: 500 }) // A busy machine changes nothing.
  const [l2, leases, bus] = [
    createRedisStore({ redis }),
    createLeases({ redis }),
    createBus({ redis }),
  ]
  const cache: Cache<string> = createCache<string>({ l2, leases, bus, ...setup })
  onTestFinished(async () => {
    await cache.close()
    await leases.close()
    await redis.close()
  })
  const isReady = async (): Promise<void> => {
    await expect.poll(() => redis.isReady && cache.stats().bus?.isBehind === false).toBe(true)
  }
  return { cache, isReady }
}

test('over Redis one process loads for all, changes are heard, and a Redis that freezes is done without', async () => {
  const server = await startRedis()
  onTestFinished(() => server.stop())
  const nodes = [1, 2, 3, 4].map(() => startNode(server.url))
  for (const { isReady } of nodes) await isReady()
  let loads = 0
  const get = (key: string) =>
    Promise.all(
      nodes.map(({ cache }) =>
        cache.get(key, async () => {
          loads++
          await new Promise(resolve => setTimeout(resolve, 5))
          return { value: String(loads), dependencies: [{ tag: 'products', keys: [key] }] }
        }),
      ),
    )
  for (let key = 0; key < 10; key++) await get(String(key))
  expect(loads).toBe(10)
  await nodes[0]?.cache.invalidate('products', ['3'])
  await expect.poll(() => nodes.every(({ cache }) => cache.peek('3') === undefined)).toBe(true)
  expect(nodes.every(({ cache }) => cache.peek('4') !== undefined)).toBe(true)
  await get('3')
  expect(loads).toBe(11)
  server.freeze()
  const frozen = await get('new')
  server.thaw()
  expect(frozen.map(({ from }) => from)).toEqual(Array(4).fill('loaded'))
}, 20_000)
