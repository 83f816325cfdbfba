import { greatest, interleave, least } from '../../harness/interleave.ts'
import { atLeast, atMost, type Trial } from '../../harness/trial.ts'
import {
  CONTESTANTS,
  type Contestant,
  type Dimensions,
} from '../../programs/limiter/contestants.ts'
import type { CostReport } from '../../programs/limiter/cost.ts'
import { withLimiter, withRedis } from './workers.ts'

const EXTENT = {
  full: { rounds: 2, local: 400_000, shared: 24_000 },
  quick: { rounds: 1, local: 200_000, shared: 5_000 },
}
/** Nobody is ever refused. */
const LIMIT = 100_000_000
const WINDOW_MS = 60_000
const KEYS = 200
/** Decisions on Redis at the same time, as in a server under load. */
const IN_FLIGHT = 64

const DIMENSIONS = [1, 3] as const
const COLUMNS = [
  { name: 'decisions/s, one dimension', digits: 0 },
  { name: 'CPU, ns', digits: 0 },
  { name: 'decisions/s, three', digits: 0 },
  { name: 'CPU, ns', digits: 0 },
]

/** `name 1`, `name 3` */
type Case = `${Contestant} ${Dimensions}`

function casesOf(contestants: readonly Contestant[]): readonly Case[] {
  return contestants.flatMap(name => DIMENSIONS.map((count): Case => `${name} ${count}`))
}

function parts(one: Case): { contestant: Contestant; dimensions: Dimensions } {
  const at = one.lastIndexOf(' ')
  return {
    contestant: one.slice(0, at) as Contestant,
    dimensions: Number(one.slice(at + 1)) as Dimensions,
  }
}

function trialOf(
  name: string,
  title: string,
  contestants: readonly Contestant[],
  isShared: boolean,
): Trial {
  return {
    name,
    title,
    run: extent =>
      withRedis(async redis => {
        const { rounds, local, shared } = EXTENT[extent]
        const redisUrl = isShared ? redis.url : undefined
        const order = {
          kind: 'cost' as const,
          decisions: isShared ? shared : local,
          ...{ keys: KEYS, inFlight: isShared ? IN_FLIGHT : 1 },
        }
        const results = await interleave(casesOf(contestants), rounds, one => {
          const { contestant, dimensions } = parts(one)
          const setup = { dimensions, limit: LIMIT, windowMs: WINDOW_MS, redisUrl }
          return withLimiter(contestant, setup, worker => worker.ask<CostReport>(order))
        })
        const cpu = (one: Case) => least(results, one, ({ cpuNanos }) => cpuNanos)
        const speed = (one: Case) => greatest(results, one, ({ perSecond }) => perSecond)
        const rows = contestants.map(contestant => ({
          name: contestant,
          values: DIMENSIONS.flatMap(count => [
            speed(`${contestant} ${count}`),
            cpu(`${contestant} ${count}`),
          ]),
        }))
        const bars = isShared
          ? [
              atLeast('three without leases, decisions/s', speed('S-Tier exact 3'), 10_000),
              atLeast('three with leases, decisions/s', speed('S-Tier 3'), 10_000),
            ]
          : [atMost('three dimensions in memory, ns', cpu('S-Tier 3'), 1_500)]
        return { columns: COLUMNS, rows, bars, raw: Object.fromEntries(results) }
      }),
  }
}

export const local = trialOf(
  'local',
  'A decision in memory',
  ['S-Tier', 'rate-limiter-flexible'],
  false,
)
export const shared = trialOf('shared', 'A decision on Redis', CONTESTANTS, true)
