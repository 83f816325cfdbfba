import { createCache as dedupeCache } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisDriver } from 'bentocache/drivers/redis'
import { createCache as managedCache } from 'cache-manager'
import { LRUCache } from 'lru-cache'
import { createBreaker } from '../../../backend/src/capabilities/breaker/index.ts'
import {
  createCache,
  createLeases,
  createRedisStore,
} from '../../../backend/src/capabilities/cache/index.ts'
import { createRedis } from '../../../backend/src/capabilities/redis/index.ts'

export const CONTESTANTS = [
  'S-Tier peek',
  'S-Tier get',
  'lru-cache fetch',
  'async-cache-dedupe',
  'cache-manager',
  'bentocache',
] as const
export type Contestant = (typeof CONTESTANTS)[number]

export interface Value {
  readonly version: number
}

/** One of them, over a loader that is given each time. Entries depend on a tag of their own. */
export interface Keeping {
  get(key: string, load: () => Promise<Value>): unknown
  /** What is kept under the key is old. */
  drop(key: string): unknown
  close(): Promise<unknown>
}

const TTL_MS = 600_000
const ENTRIES_MAX = 100_000

/** `redisUrl`: a second level there, for those that can. `patienceMs`: ours wait so long for Redis and each other, not 25 and 50 ms. */
export function createKeeping(
  contestant: Contestant,
  redisUrl?: string,
  patienceMs?: number,
): Keeping {
  switch (contestant) {
    case 'S-Tier peek':
    case 'S-Tier get':
      return ours(contestant === 'S-Tier peek', redisUrl, patienceMs)
    case 'lru-cache fetch':
      return lru()
    case 'async-cache-dedupe':
      return dedupe()
    case 'cache-manager':
      return manager()
    case 'bentocache':
      return bento(redisUrl)
  }
}

function ours(
  isPeeking: boolean,
  redisUrl: string | undefined,
  patienceMs: number | undefined,
): Keeping {
  const patient = patienceMs === undefined ? {} : { commandTimeoutMs: patienceMs }
  const waiting = patienceMs === undefined ? {} : { waitMs: patienceMs }
  const redis =
    redisUrl === undefined
      ? undefined
      : createRedis({ url: redisUrl, breaker: createBreaker('redis'), ...patient })
  const leases = redis && createLeases({ redis, ...waiting })
  const shared = redis && { l2: createRedisStore({ redis }), leases }
  const cache = createCache<Value>({ ttlMs: TTL_MS, ...shared })
  const get = (key: string, load: () => Promise<Value>) =>
    cache.get(key, async () => ({
      value: await load(),
      dependencies: [{ tag: 'values', keys: [key] }],
    }))
  return {
    get: isPeeking ? (key, load) => cache.peek(key) ?? get(key, load) : get,
    drop: key => cache.invalidate('values', [key]),
    async close() {
      await cache.close()
      await leases?.close()
      await redis?.close()
    },
  }
}

function lru(): Keeping {
  type Load = () => Promise<Value>
  const cache = new LRUCache<string, Value, Load>({
    ...{ max: ENTRIES_MAX, ttl: TTL_MS },
    fetchMethod: (_key, _stale, { context }) => context(),
  })
  return {
    get: (key, load) => cache.fetch(key, { context: load }),
    drop: key => cache.delete(key),
    close: async () => undefined,
  }
}

function dedupe(): Keeping {
  let load = async (): Promise<Value> => ({ version: 0 })
  const cache = dedupeCache({
    ttl: TTL_MS / 1_000,
    storage: { type: 'memory', options: { size: ENTRIES_MAX } },
  }).define('value', (_key: string) => load())
  return {
    get(key, loading) {
      load = loading
      return cache['value'](key)
    },
    drop: key => cache.clear('value', key),
    close: async () => undefined,
  }
}

function manager(): Keeping {
  const cache = managedCache({ ttl: TTL_MS })
  return {
    get: (key, load) => cache.wrap(key, load),
    drop: key => cache.del(key),
    close: () => cache.disconnect(),
  }
}

function bento(redisUrl: string | undefined): Keeping {
  const memory = bentostore().useL1Layer(memoryDriver({ maxItems: ENTRIES_MAX }))
  const { hostname = '', port = '' } = redisUrl === undefined ? {} : new URL(redisUrl)
  const connection = { host: hostname, port: Number(port) }
  const store = redisUrl === undefined ? memory : memory.useL2Layer(redisDriver({ connection }))
  const cache = new BentoCache({ default: 'main', ttl: TTL_MS, stores: { main: store } })
  return {
    get: (key, factory) => cache.getOrSet({ key, factory }),
    drop: key => cache.delete({ key }),
    close: () => cache.disconnectAll(),
  }
}
