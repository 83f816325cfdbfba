import { interleave } from '../../harness/interleave.ts'
import { atMost, type Trial } from '../../harness/trial.ts'
import { CONTESTANTS } from '../../programs/limiter/contestants.ts'
import type { OfferedReport } from '../../programs/limiter/offered.ts'
import { withLimiters, withRedis } from './workers.ts'

type Contestant = (typeof CONTESTANTS)[number]

const EXTENT = {
  full: { perSecond: 2_500, limit: 1_000, windowMs: 1_000, forMs: 4_000 },
  quick: { perSecond: 2_500, limit: 1_000, windowMs: 1_000, forMs: 2_000 },
}
const AHEAD_MS = [-30_000, 30_000]

export const skew: Trial = {
  name: 'skew',
  title: 'Two processes with one Redis, their clocks half a minute behind and before it',
  run: extent =>
    withRedis(async redis => {
      const order = { kind: 'offered' as const, ...EXTENT[extent] }
      const { limit, windowMs, forMs } = order
      const setup = { dimensions: 1 as const, limit, windowMs, redisUrl: redis.url }
      const results = await interleave(CONTESTANTS, 1, name =>
        withLimiters(AHEAD_MS, name, setup, async workers => {
          const reports = await Promise.all(workers.map(each => each.ask<OfferedReport>(order)))
          return reports.reduce((sum, { admitted }) => sum + admitted, 0)
        }),
      )
      const admitted = (name: Contestant) => results.get(name)?.[0] ?? Number.NaN
      const share = (name: Contestant) => admitted(name) / ((limit * forMs) / windowMs)
      return {
        columns: [
          { name: 'admitted by both', digits: 0 },
          { name: 'of what the limit allows', digits: 4 },
        ],
        rows: CONTESTANTS.map(name => ({ name, values: [admitted(name), share(name)] })),
        bars: [
          atMost('without leases, off the limit by', Math.abs(share('S-Tier exact') - 1), 0.01),
          atMost('with leases, off the limit by', Math.abs(share('S-Tier') - 1), 0.01),
        ],
        raw: Object.fromEntries(results),
      }
    }),
}
