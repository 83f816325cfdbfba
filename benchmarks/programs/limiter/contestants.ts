import { setTimeout } from 'node:timers/promises'
import fastifyRateLimit from '@fastify/rate-limit'
import fastify, { type FastifyRequest } from 'fastify'
import { Redis } from 'ioredis'
import {
  RateLimiterMemory,
  RateLimiterRedis,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible'
import { createBreaker } from '../../../backend/src/capabilities/breaker/index.ts'
import {
  createLimiter,
  type Decision,
  type LimitRule,
  type Subject,
} from '../../../backend/src/capabilities/limiter/index.ts'
import { createRedis } from '../../../backend/src/capabilities/redis/index.ts'

export const CONTESTANTS = ['S-Tier', 'S-Tier exact', 'rate-limiter-flexible'] as const
/** It has one dimension. By default it remembers 5,000 keys. */
export const PLUGINS = ['@fastify/rate-limit', '@fastify/rate-limit, cache 25,000'] as const
export type Contestant = (typeof CONTESTANTS)[number] | (typeof PLUGINS)[number]

/** One counter for each user; three: one for each address and each endpoint as well. */
export type Dimensions = 1 | 3

/** May this user pass now? From an address and to an endpoint of their own. */
export type Take = (user: string, ip: string, endpoint: string) => boolean | Promise<boolean>

export interface Limiting {
  readonly take: Take
  /** Decisions so far that were none: what a server answers with 5xx. */
  readonly failed: () => number
  start(): Promise<unknown>
  stop(): Promise<unknown>
}

export interface LimitingSetup {
  readonly dimensions: Dimensions
  readonly limit: number
  readonly windowMs: number
  /** Undefined: it counts for itself. */
  readonly redisUrl: string | undefined
}

/** `S-Tier exact` asks Redis for every decision, `S-Tier` takes leases; without Redis they are the same. */
export function createLimiting(contestant: Contestant, setup: LimitingSetup): Limiting {
  switch (contestant) {
    case 'S-Tier':
      return ours(setup, undefined)
    case 'S-Tier exact':
      return ours(setup, 0)
    case 'rate-limiter-flexible':
      return flexible(setup)
    case '@fastify/rate-limit':
      return plugin(setup, undefined)
    case '@fastify/rate-limit, cache 25,000':
      return plugin(setup, 25_000)
  }
}

class Caller implements Subject {
  readonly #user: string
  readonly #ip: string
  readonly #endpoint: string

  constructor(user: string, ip: string, endpoint: string) {
    this.#user = user
    this.#ip = ip
    this.#endpoint = endpoint
  }

  attribute(name: string): string | undefined {
    switch (name) {
      case 'user':
        return this.#user
      case 'ip':
        return this.#ip
      case 'endpoint':
        return this.#endpoint
      default:
        return undefined
    }
  }
}

function ours(setup: LimitingSetup, leaseShareMax: number | undefined): Limiting {
  const { dimensions, limit, windowMs, redisUrl } = setup
  const redis =
    redisUrl === undefined
      ? undefined
      : createRedis({ url: redisUrl, breaker: createBreaker('redis') })
  const rule = (attribute: string): LimitRule => ({
    limit,
    windowMs,
    per: [attribute],
    mode: 'enforce',
  })
  const rules = { user: rule('user'), ip: rule('ip'), endpoint: rule('endpoint') }
  const limiter = createLimiter({
    redis,
    ...(leaseShareMax === undefined ? {} : { leaseShareMax }),
  })
  limiter.setRules(dimensions === 1 ? { user: rules.user } : rules)
  let failed = 0
  const isAllowed = ({ refusal }: Decision): boolean => {
    if (refusal === undefined) return true
    if (refusal.status >= 500) failed++
    return false
  }
  return {
    take(user, ip, endpoint) {
      const decided = limiter.decide(new Caller(user, ip, endpoint))
      return decided instanceof Promise ? decided.then(isAllowed) : isAllowed(decided)
    },
    failed: () => failed,
    async start() {
      while (redis?.isReady === false) await setTimeout(5)
      await limiter.start()
    },
    async stop() {
      await limiter.stop()
      await redis?.close()
    },
  }
}

/** One limiter for each dimension, asked one after the other as its documentation has it. */
function flexible({ dimensions, limit, windowMs, redisUrl }: LimitingSetup): Limiting {
  const client = redisUrl === undefined ? undefined : new Redis(redisUrl)
  client?.on('error', () => undefined)
  const create = (keyPrefix: string): RateLimiterAbstract => {
    const options = { keyPrefix, points: limit, duration: windowMs / 1_000 }
    return client === undefined
      ? new RateLimiterMemory(options)
      : new RateLimiterRedis({ ...options, storeClient: client })
  }
  const [user, ip, endpoint] = [create('user'), create('ip'), create('endpoint')]
  let failed = 0
  return {
    async take(one, two, three) {
      try {
        await user.consume(one)
        if (dimensions === 1) return true
        await ip.consume(two)
        await endpoint.consume(three)
        return true
      } catch (refusal) {
        if (refusal instanceof Error) failed++
        return false
      }
    },
    failed: () => failed,
    start: async () => client?.ping(),
    stop: async () => client?.disconnect(),
  }
}

/** Asked without HTTP, by what it has for one's own handlers. */
function plugin({ limit, windowMs, redisUrl }: LimitingSetup, cache: number | undefined): Limiting {
  const app = fastify()
  const redis = redisUrl === undefined ? undefined : new Redis(redisUrl)
  void app.register(fastifyRateLimit, {
    ...{ global: false, max: limit, timeWindow: windowMs },
    ...(redis !== undefined && { redis }),
    ...(cache !== undefined && { cache }),
    keyGenerator: request => request.ip,
  })
  let check: ReturnType<typeof app.createRateLimit> | undefined
  let failed = 0
  return {
    async take(user) {
      const request = { ip: user, routeOptions: { config: {} } } as FastifyRequest
      try {
        const decided = await check?.(request)
        return decided !== undefined && (decided.isAllowed || !decided.isExceeded)
      } catch {
        failed++
        return false
      }
    },
    failed: () => failed,
    async start() {
      await app.ready()
      check = app.createRateLimit()
    },
    async stop() {
      redis?.disconnect()
      await app.close()
    },
  }
}
