import type { AddressInfo } from 'node:net'
import fastifyRateLimit from '@fastify/rate-limit'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { Redis } from 'ioredis'
import { createBreaker } from '../../../backend/src/capabilities/breaker/index.ts'
import { limiterPlugin } from '../../../backend/src/capabilities/limiter/fastify.ts'
import type { LimitRule } from '../../../backend/src/capabilities/limiter/index.ts'
import { createRedis } from '../../../backend/src/capabilities/redis/index.ts'

export const SERVERS = [
  'bare Fastify',
  'S-Tier, three dimensions',
  'S-Tier, three dimensions, Redis',
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
    case 'S-Tier, three dimensions':
      await app.register(limiterPlugin, { setup: { rules: RULES }, attributes: { user: userOf } })
      return
    case 'S-Tier, three dimensions, Redis': {
      const redis = createRedis({ url: redisUrl, breaker: createBreaker('redis') })
      const setup = { rules: RULES, redis }
      await app.register(limiterPlugin, { setup, attributes: { user: userOf } })
      return
    }
    case '@fastify/rate-limit, one':
      await app.register(fastifyRateLimit, { max: LIMIT, timeWindow: 60_000 })
      return
    case '@fastify/rate-limit, one, Redis':
      await app.register(fastifyRateLimit, {
        ...{ max: LIMIT, timeWindow: 60_000 },
        redis: new Redis(redisUrl),
      })
  }
}

const rule = (attribute: string): LimitRule => ({
  ...{ limit: LIMIT, windowMs: 60_000 },
  ...{ per: [attribute], mode: 'enforce' },
})
const RULES = { user: rule('user'), ip: rule('ip'), endpoint: rule('endpoint') }
