import { vi } from 'vitest'
import { type Breaker, createBreaker } from '../../src/capabilities/breaker/index.ts'
import { createRedis, type Redis, type RedisSetup } from '../../src/capabilities/redis/index.ts'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'
import { startRedis, type TestRedis, type TestRedisOptions } from './redis.ts'

/** Waits longer than the product does, for the machine may be busy; comes back sooner, for tests should end. */
const PATIENT = { commandTimeoutMs: 5_000, reconnectDelayMinMs: 5, reconnectDelayMaxMs: 20 }

export type { Redis }

/** A Redis server and connections to it, ended together. */
export interface RedisConnections {
  readonly server: TestRedis
  /** A connection that is ready. */
  connect(setup?: Partial<RedisSetup>): Promise<Redis>
  /** One through a network that can fail. */
  connectThrough(setup?: Partial<RedisSetup>): Promise<{ redis: Redis; proxy: FaultProxy }>
  /** One with a breaker before it, which opens after so many failures. */
  connectGuarded(
    failuresToOpen: number,
    setup?: Partial<RedisSetup>,
  ): Promise<{ redis: Redis; proxy: FaultProxy; breaker: Breaker }>
  stop(): Promise<void>
}

export async function startRedisConnections(options?: TestRedisOptions): Promise<RedisConnections> {
  const server = await startRedis(options)
  const ends: (() => Promise<void>)[] = [server.stop]

  async function connect(setup: Partial<RedisSetup> = {}): Promise<Redis> {
    const redis = createRedis({ ...PATIENT, url: server.url, ...setup })
    ends.push(redis.close)
    const isReady = () => redis.isReady || Promise.reject(new Error('Redis is not ready'))
    await vi.waitFor(isReady, { timeout: 10_000, interval: 5 })
    return redis
  }

  async function connectThrough(setup: Partial<RedisSetup> = {}) {
    const proxy = await startFaultProxy({ host: '127.0.0.1', port: server.port })
    ends.push(proxy.stop)
    return { proxy, redis: await connect({ ...setup, url: proxy.urlFor(server.url) }) }
  }

  return {
    server,
    connect,
    connectThrough,
    async connectGuarded(failuresToOpen, setup = {}) {
      const breaker = createBreaker('redis', { failuresToOpen })
      return { breaker, ...(await connectThrough({ ...setup, breaker })) }
    },
    async stop() {
      for (const end of ends.splice(0).reverse()) await end()
    },
  }
}
