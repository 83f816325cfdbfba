import type { AddressInfo } from 'node:net'
import fastifyRateLimit from '@fastify/rate-limit'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { Redis } from 'ioredis'
import { createBreaker } from '../../../backend/src/capabilities/breaker/index.ts'
import { limiterPlugin } from '../../../backend/src/capabilities/limiter/fastify.ts'
import type {
  LimiterRedis,
  LimiterSetup,
  LimitRule,
} from '../../../backend/src/capabilities/limiter/index.ts'
import { createRedis } from '../../../backend/src/capabilities/redis/index.ts'

export const SERVERS = [
  'bare Fastify',
  'S-Tier, one',
  'S-Tier, three',
  'S-Tier, one, Redis',
  'S-Tier, three, Redis',
  '@fastify/rate-limit, one',
  '@fastify/rate-limit, one, Redis',
] as const
export type Served = (typeof SERVERS)[number]

export interface ServeOrder {
  readonly kind: 'serve'
  readonly served: Served
  readonly redisUrl: string
}

/** High enough for nobody to be refused: what is measured is the deciding. */
const LIMIT = 100_000_000

const userOf = (request: FastifyRequest) => request.headers.authorization

/** Answers the port. It ends with the process. */
export async function serve({ served, redisUrl }: ServeOrder): Promise<number> {
  const app = fastify()
  await limit(app, served, redisUrl)
  app.get('/books', async () => BOOKS)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
}

const BOOKS = Array.from({ length: 5 }, (_, id) => ({ id, title: `Book ${id}`, price: 12.5 }))

async function limit(app: FastifyInstance, served: Served, redisUrl: string): Promise<void> {
  switch (served) {
    case 'bare Fastify':
      return
    case 'S-Tier, one':
      return ours(app, { rules: ONE })
    case 'S-Tier, three':
      return ours(app, { rules: THREE })
    case 'S-Tier, one, Redis':
      return ours(app, { rules: ONE, redis: redisAt(redisUrl) })
    case 'S-Tier, three, Redis':
      return ours(app, { rules: THREE, redis: redisAt(redisUrl) })
    case '@fastify/rate-limit, one':
      await app.register(fastifyRateLimit, THEIRS)
      return
    case '@fastify/rate-limit, one, Redis':
      await app.register(fastifyRateLimit, { ...THEIRS, redis: new Redis(redisUrl) })
  }
}

async function ours(app: FastifyInstance, setup: LimiterSetup): Promise<void> {
  await app.register(limiterPlugin, { setup, attributes: { user: userOf } })
}

function redisAt(url: string): LimiterRedis {
  return createRedis({ url, breaker: createBreaker('redis') })
}

const rule = (attribute: string): LimitRule => ({
  ...{ limit: LIMIT, windowMs: 60_000 },
  ...{ per: [attribute], mode: 'enforce' },
})
const ONE = { ip: rule('ip') }
const THREE = { user: rule('user'), ip: rule('ip'), endpoint: rule('endpoint') }
const THEIRS = { max: LIMIT, timeWindow: 60_000 }
