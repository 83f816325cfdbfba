import { LIMITS_DEFAULTS } from '../../../backend/src/capabilities/limiter/index.ts'
import { interleave } from '../../harness/interleave.ts'
import { atMost, type Trial } from '../../harness/trial.ts'
import { CONTESTANTS } from '../../programs/limiter/contestants.ts'
import type { OfferedReport } from '../../programs/limiter/offered.ts'
import { withLimiter, withRedis } from './workers.ts'

type Contestant = (typeof CONTESTANTS)[number]

const EXTENT = {
  full: { perSecond: 10_000, limit: 2_000, windowMs: 1_000, forMs: 10_000 },
  quick: { perSecond: 10_000, limit: 2_000, windowMs: 1_000, forMs: 3_000 },
}
/** So much more than the limit may be admitted in a window with leases. */
const LEASED = LIMITS_DEFAULTS.leaseShareMax

export const offered: Trial = {
  name: 'offered',
  title: 'Ten thousand decisions a second on Redis, of which one in five may pass',
  run: extent =>
    withRedis(async redis => {
      const order = { kind: 'offered' as const, ...EXTENT[extent] }
      const { limit, windowMs, forMs } = order
      const setup = { dimensions: 1 as const, limit, windowMs, redisUrl: redis.url }
      const results = await interleave(CONTESTANTS, 1, name =>
        withLimiter(name, setup, worker => worker.ask<OfferedReport>(order)),
      )
      const report = (name: Contestant) => results.get(name)?.[0] as OfferedReport
      const share = (name: Contestant) => report(name).admitted / ((limit * forMs) / windowMs)
      const off = (name: Contestant) => Math.abs(share(name) - 1)
      const rate = (name: Contestant) => 1 / report(name).pace
      const ours = [report('S-Tier'), report('S-Tier exact')]
      return {
        columns: [
          { name: 'offered', digits: 0 },
          { name: 'admitted', digits: 0 },
          { name: 'of what the limit allows', digits: 4 },
          { name: 'rate, of the limit', digits: 4 },
          { name: 'most in a window', digits: 0 },
          { name: 'no decision', digits: 0 },
          { name: 'event loop late, p99, ms', digits: 1 },
        ],
        rows: CONTESTANTS.map(name => {
          const { offered: asked, admitted, fullest, failed, lagP99Ms } = report(name)
          const values = [asked, admitted, share(name), rate(name), fullest, failed, lagP99Ms]
          return { name, values }
        }),
        bars: [
          atMost('no decision', Math.max(...ours.map(({ failed }) => failed)), 0),
          atMost('without leases, off the limit by', off('S-Tier exact'), 0.01),
          atMost('with leases, off the limit by', off('S-Tier'), 0.01),
          atMost('without leases, rate off by', Math.abs(rate('S-Tier exact') - 1), 0.01),
          atMost('with leases, rate off by', Math.abs(rate('S-Tier') - 1), 0.01),
          atMost('with leases, most in a window', report('S-Tier').fullest, limit * (1 + LEASED)),
          atMost('event loop late, ms', Math.max(...ours.map(({ lagP99Ms }) => lagP99Ms)), 50),
        ],
        raw: Object.fromEntries(results),
      }
    }),
}
