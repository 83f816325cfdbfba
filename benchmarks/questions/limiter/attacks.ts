import { interleave } from '../../harness/interleave.ts'
import { atMost, type Trial } from '../../harness/trial.ts'
import type { FloodReport, FrozenReport, OfferedReport } from '../../programs/limiter/attacks.ts'
import { CONTESTANTS, type Contestant } from '../../programs/limiter/contestants.ts'
import { withLimiter, withRedis } from './workers.ts'

const PEERS = ['S-Tier', 'rate-limiter-flexible'] as const

const EDGES = {
  full: { limit: 100, windowMs: 1_000, attempts: 5 },
  quick: { limit: 100, windowMs: 1_000, attempts: 1 },
}

/** In memory, and with Redis. */
export const edges: Trial = {
  name: 'edges',
  title: 'The most that passes within one second, 100 a second being the limit',
  run: extent =>
    withRedis(async redis => {
      const order = { kind: 'edges' as const, ...EDGES[extent] }
      const setup = { dimensions: 1 as const, limit: order.limit, windowMs: order.windowMs }
      const attack = (redisUrl: string | undefined) =>
        interleave(CONTESTANTS, 1, name =>
          withLimiter(name, { ...setup, redisUrl }, worker => worker.ask<number>(order)),
        )
      const memory = await attack(undefined)
      const shared = await attack(redis.url)
      const most = (name: Contestant) =>
        Math.max(memory.get(name)?.[0] ?? NaN, shared.get(name)?.[0] ?? NaN)
      return {
        columns: [
          { name: 'in memory', digits: 0 },
          { name: 'on Redis', digits: 0 },
        ],
        rows: CONTESTANTS.map(name => ({
          name,
          values: [memory.get(name)?.[0], shared.get(name)?.[0]],
        })),
        bars: [atMost('admitted within any second', most('S-Tier exact'), order.limit + 1)],
        raw: { memory: Object.fromEntries(memory), shared: Object.fromEntries(shared) },
      }
    }),
}

const OFFERED = {
  full: { perSecond: 10_000, limit: 2_000, windowMs: 1_000, forMs: 20_000 },
  quick: { perSecond: 10_000, limit: 2_000, windowMs: 1_000, forMs: 3_000 },
}

export const offered: Trial = {
  name: 'offered',
  title: 'Ten thousand decisions a second on Redis, of which one in five may pass',
  run: extent =>
    withRedis(async redis => {
      const order = { kind: 'offered' as const, ...OFFERED[extent] }
      const { limit, windowMs } = order
      const setup = { dimensions: 1 as const, limit, windowMs, redisUrl: redis.url }
      const results = await interleave(CONTESTANTS, 1, name =>
        withLimiter(name, setup, worker => worker.ask<OfferedReport>(order)),
      )
      const report = (name: Contestant) => results.get(name)?.[0] as OfferedReport
      const share = (name: Contestant) => report(name).admitted / report(name).allowed
      return {
        columns: [
          { name: 'offered', digits: 0 },
          { name: 'admitted', digits: 0 },
          { name: 'of what the limit allows', digits: 4 },
        ],
        rows: CONTESTANTS.map(name => ({
          name,
          values: [report(name).offered, report(name).admitted, share(name)],
        })),
        bars: [
          atMost('without leases, off the limit by', Math.abs(share('S-Tier exact') - 1), 0.01),
          atMost('with leases, off the limit by', Math.abs(share('S-Tier') - 1), 0.01),
        ],
        raw: Object.fromEntries(results),
      }
    }),
}

const FROZEN = {
  full: {
    asks: { 'S-Tier': 500, 'S-Tier exact': 500, 'rate-limiter-flexible': 3 },
    patienceMs: 5_000,
  },
  quick: {
    asks: { 'S-Tier': 100, 'S-Tier exact': 100, 'rate-limiter-flexible': 1 },
    patienceMs: 2_000,
  },
}

export const frozen: Trial = {
  name: 'frozen-redis',
  title: 'Redis keeps its connections and answers nothing',
  async run(extent) {
    const { asks, patienceMs } = FROZEN[extent]
    const results = await interleave(CONTESTANTS, 1, name =>
      withRedis(async redis => {
        const setup = { dimensions: 1 as const, limit: 100, windowMs: 60_000, redisUrl: redis.url }
        return withLimiter(name, setup, worker => {
          redis.freeze()
          return worker.ask<FrozenReport>({ kind: 'frozen', asks: asks[name], patienceMs })
        })
      }),
    )
    const report = (name: Contestant) => results.get(name)?.[0] as FrozenReport
    return {
      columns: [
        { name: 'decisions asked for', digits: 0 },
        { name: 'none after 5 s', digits: 0 },
        { name: 'p99, ms', digits: 1 },
      ],
      rows: CONTESTANTS.map(name => ({
        name,
        values: [asks[name], report(name).hanging, report(name).p99Ms],
      })),
      bars: [
        atMost('decisions that do not come', report('S-Tier exact').hanging, 0),
        atMost('p99 of a decision, ms', report('S-Tier exact').p99Ms, 30),
      ],
      raw: Object.fromEntries(results),
    }
  },
}

const FLOOD = { full: 1_000_000, quick: 100_000 }
const VICTIMS_LIMIT = 5

export const flood: Trial = {
  name: 'flood',
  title: 'A million callers that come once, and one that has used up its five requests a minute',
  async run(extent) {
    const setup = {
      dimensions: 1 as const,
      limit: VICTIMS_LIMIT,
      windowMs: 60_000,
      redisUrl: undefined,
    }
    const order = { kind: 'flood' as const, keys: FLOOD[extent], limit: VICTIMS_LIMIT }
    const results = await interleave(PEERS, 1, name =>
      withLimiter(name, setup, worker => worker.ask<FloodReport>(order)),
    )
    const report = (name: (typeof PEERS)[number]) => results.get(name)?.[0] as FloodReport
    return {
      columns: [
        { name: 'memory grown by, MiB', digits: 1 },
        { name: 'admitted of the one, of 10', digits: 0 },
        { name: 'µs a caller', digits: 2 },
      ],
      rows: PEERS.map(name => {
        const { grownMiB, victimAdmitted, microsPerKey } = report(name)
        return { name, values: [grownMiB, victimAdmitted, microsPerKey] }
      }),
      bars: [
        atMost('memory grown by, MiB', report('S-Tier').grownMiB, 32),
        atMost('admitted of the one', report('S-Tier').victimAdmitted, 0),
      ],
      raw: Object.fromEntries(results),
    }
  },
}
