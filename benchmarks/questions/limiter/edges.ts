import { interleave } from '../../harness/interleave.ts'
import { atMost, type Trial } from '../../harness/trial.ts'
import { CONTESTANTS, type Contestant } from '../../programs/limiter/contestants.ts'
import { withLimiter, withRedis } from './workers.ts'

const EXTENT = {
  full: { limit: 100, windowMs: 1_000, attempts: 2 },
  quick: { limit: 100, windowMs: 1_000, attempts: 1 },
}
const ON_REDIS = [...CONTESTANTS, '@fastify/rate-limit'] as const
/** Without Redis there are no leases. */
const IN_MEMORY = ['S-Tier', 'rate-limiter-flexible', '@fastify/rate-limit'] as const

export const edges: Trial = {
  name: 'edges',
  title: 'The most that passes within one second, 100 a second being the limit',
  run: extent =>
    withRedis(async redis => {
      const order = { kind: 'edges' as const, ...EXTENT[extent] }
      const setup = { dimensions: 1 as const, limit: order.limit, windowMs: order.windowMs }
      const attack = (names: readonly Contestant[], redisUrl: string | undefined) =>
        interleave(names, 1, name =>
          withLimiter(name, { ...setup, redisUrl }, worker => worker.ask<number>(order)),
        )
      const memory = await attack(IN_MEMORY, undefined)
      const shared = await attack(ON_REDIS, redis.url)
      const most = Math.max(
        memory.get('S-Tier')?.[0] ?? NaN,
        shared.get('S-Tier exact')?.[0] ?? NaN,
      )
      return {
        columns: [
          { name: 'in memory', digits: 0 },
          { name: 'on Redis', digits: 0 },
        ],
        rows: ON_REDIS.map(name => ({
          name,
          values: [memory.get(name)?.[0], shared.get(name)?.[0]],
        })),
        bars: [atMost('without leases, admitted within any second', most, order.limit + 1)],
        raw: { memory: Object.fromEntries(memory), shared: Object.fromEntries(shared) },
      }
    }),
}
