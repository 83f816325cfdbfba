import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, withCluster } from '../../harness/cluster.ts'
import { greatest, interleave } from '../../harness/interleave.ts'
import { startSlowConnects } from '../../harness/slow-connects.ts'
import { atMost, type Outcome, type Trial } from '../../harness/trial.ts'
import type { OutageReport } from '../../programs/pool/outage.ts'
import { adaptive, pgPool, type PoolWorker, withPools } from './workers.ts'

const CALLERS = 50
const EXTENT = {
  full: { rounds: 2, downMs: 2_000, afterwardsMs: 2_500 },
  quick: { rounds: 1, downMs: 500, afterwardsMs: 1_200 },
}
type Times = (typeof EXTENT)['full']
/** What our pool may try while the server is away. */
const CONNECTS_PER_SECOND_MAX = 20

const NAMES = ['S-Tier', 'pg-pool, 20'] as const
type Name = (typeof NAMES)[number]

interface Restart {
  /** From the server's being ready to the first answer, in milliseconds. */
  readonly firstAnswerMs: number
  readonly connectsPerSecond: number
  readonly answered: number
  readonly failed: number
}

export const restart: Trial = {
  name: 'restart',
  title: `PostgreSQL stops and comes back, ${CALLERS} callers`,
  run: extent => withCluster(cluster => measure(cluster, EXTENT[extent])),
}

async function measure(cluster: Cluster, { rounds, ...times }: Times): Promise<Outcome> {
  const way = await startSlowConnects(cluster.port, 0)
  const url = `postgres://postgres@127.0.0.1:${way.port}/postgres`
  const options = { sizeMin: 10, sizeMax: 20, connectsPerSecondMax: CONNECTS_PER_SECOND_MAX }
  const pools = { 'S-Tier': adaptive(url, options), 'pg-pool, 20': pgPool(url, 20) }
  try {
    return await withPools(pools, async workers => {
      const measureOnce = async (name: Name): Promise<Restart> => {
        await workers[name].ask({ kind: 'renew' })
        const before = way.connectedAt.length
        const { report, readyAtMs } = await stopAndStart(cluster, workers[name], times)
        const { answered, failed, gapEndedAtMs } = report
        const connectsPerSecond = mostPerSecond(way.connectedAt.slice(before))
        return { firstAnswerMs: gapEndedAtMs - readyAtMs, connectsPerSecond, answered, failed }
      }
      return outcomeOf(await interleave(NAMES, rounds, measureOnce))
    })
  } finally {
    await way.stop()
  }
}

async function stopAndStart(
  cluster: Cluster,
  worker: PoolWorker,
  { downMs, afterwardsMs }: Omit<Times, 'rounds'>,
) {
  const order = { kind: 'outage', callers: CALLERS, durationMs: downMs + afterwardsMs } as const
  const reported = worker.ask<OutageReport>(order)
  await sleep(300)
  await cluster.stop()
  await sleep(downMs)
  await cluster.start()
  const readyAtMs = performance.timeOrigin + performance.now()
  return { report: await reported, readyAtMs }
}

/** What was begun a second apart may arrive a little less than that apart. */
const SECOND_MS = 980

/** The most moments that lie within one second. */
function mostPerSecond(moments: readonly number[]): number {
  const following = (from: number) =>
    moments.filter(at => at >= from && at < from + SECOND_MS).length
  return Math.max(0, ...moments.map(following))
}

function outcomeOf(rounds: Awaited<ReturnType<typeof interleave<Name, Restart>>>): Outcome {
  const most = (name: Name, figure: keyof Restart) => greatest(rounds, name, one => one[figure])
  return {
    columns: [
      { name: 'first answer after ready, ms', digits: 0 },
      { name: 'connects in one second', digits: 0 },
      { name: 'failed calls', digits: 0 },
    ],
    rows: NAMES.map(name => ({
      name,
      values: (['firstAnswerMs', 'connectsPerSecond', 'failed'] as const).map(each =>
        most(name, each),
      ),
    })),
    bars: [
      atMost('first answer after ready, ms', most('S-Tier', 'firstAnswerMs'), 1_000),
      atMost(
        'connects in one second',
        most('S-Tier', 'connectsPerSecond'),
        CONNECTS_PER_SECOND_MAX,
      ),
    ],
    raw: Object.fromEntries(rounds),
  }
}
