import { withCluster } from '../../harness/cluster.ts'
import { interleave, least } from '../../harness/interleave.ts'
import { atMost, type Outcome, type Trial } from '../../harness/trial.ts'
import type { LoopReport } from '../../programs/pool/closed-loop.ts'
import { adaptive, pgPool, withPools } from './workers.ts'

const FAST = { count: 200, work: { kind: 'one-row' } } as const
/** Holds its connection, not the processors: what the fast ones lose, they lose to the pool. */
const SLOW = { count: 20, work: { kind: 'sleep', ms: 400 }, isBatch: true } as const

const EXTENT = {
  full: { rounds: 2, settleMs: 5_000, leadInMs: 300, durationMs: 1_200 },
  quick: { rounds: 1, settleMs: 500, leadInMs: 100, durationMs: 300 },
}

const POOLS = ['S-Tier', 'pg-pool, 10', 'pg-pool, 100'] as const
const TURNS = POOLS.flatMap(name => [`${name}: fast`, `${name}: fast and slow`] as const)
type Turn = (typeof TURNS)[number]
type PoolName = (typeof POOLS)[number]

export const slowBesideFast: Trial = {
  name: 'slow-beside-fast',
  title: `${SLOW.count} slow callers (a class of their own) beside ${FAST.count} fast ones`,
  run: extent => withCluster(cluster => measure(cluster.url, EXTENT[extent])),
}

async function measure(
  url: string,
  { rounds, settleMs, leadInMs, durationMs }: (typeof EXTENT)['full'],
): Promise<Outcome> {
  const pools = {
    'S-Tier': adaptive(url),
    'pg-pool, 10': pgPool(url, 10),
    'pg-pool, 100': pgPool(url, 100),
  }
  const results = await withPools(pools, async workers => {
    const both = { kind: 'loop', groups: [FAST, SLOW] } as const
    await workers['S-Tier'].ask({ ...both, leadInMs: settleMs, durationMs: 1 })
    return interleave(TURNS, rounds, async turn => {
      const [name, what] = turn.split(': ') as [PoolName, string]
      const order = what === 'fast' ? ({ kind: 'loop', groups: [FAST] } as const) : both
      const reports = await workers[name].ask<LoopReport[]>({ ...order, leadInMs, durationMs })
      return reports[0] as LoopReport
    })
  })
  const p95 = (turn: Turn) => least(results, turn, report => report.p95Ms)
  const growth = p95('S-Tier: fast and slow') / p95('S-Tier: fast')
  return {
    columns: [
      { name: "fast ones' p50, ms", digits: 1 },
      { name: 'p95, ms', digits: 1 },
    ],
    rows: TURNS.map(turn => ({
      name: turn,
      values: [least(results, turn, report => report.p50Ms), p95(turn)],
    })),
    bars: [atMost("the fast ones' p95, of what it is without slow ones", growth, 2)],
    raw: Object.fromEntries(results),
  }
}
