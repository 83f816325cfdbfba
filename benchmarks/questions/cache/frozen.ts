import { startRedis } from '../../../backend/tests/support/redis.ts'
import { interleave } from '../../harness/interleave.ts'
import { atMost, type Trial } from '../../harness/trial.ts'
import type { Contestant } from '../../programs/cache/contestants.ts'
import type { FrozenReport } from '../../programs/cache/races.ts'
import { startCache } from './workers.ts'

const SHARING = ['S-Tier get', 'bentocache'] as const
const EXTENT = {
  full: { asks: { 'S-Tier get': 1_000, bentocache: 4 }, patienceMs: 5_000 },
  quick: { asks: { 'S-Tier get': 500, bentocache: 2 }, patienceMs: 1_000 },
}

export const frozenRedis: Trial = {
  name: 'frozen-redis',
  title: 'Redis keeps its connections and answers nothing',
  async run(extent) {
    const results = await interleave(SHARING, 1, name =>
      ask(name, EXTENT[extent].asks[name], EXTENT[extent].patienceMs),
    )
    const report = (name: (typeof SHARING)[number]) => results.get(name)?.[0]
    const ours = report('S-Tier get')
    return {
      columns: [
        { name: 'answers asked for', digits: 0 },
        { name: 'none after the patience', digits: 0 },
        { name: 'p99, ms', digits: 0 },
      ],
      rows: SHARING.map(name => ({
        name,
        values: [EXTENT[extent].asks[name], report(name)?.hanging, report(name)?.p99Ms],
      })),
      bars: [
        atMost('answers that do not come', ours?.hanging ?? Number.NaN, 0),
        atMost('p99 of an answer, ms', ours?.p99Ms ?? Number.NaN, 50),
      ],
      raw: Object.fromEntries(results),
    }
  },
}

/** A Redis for each: a frozen one is of no use to the next. */
async function ask(
  contestant: Contestant,
  asks: number,
  patienceMs: number,
): Promise<FrozenReport> {
  const redis = await startRedis()
  const worker = startCache({ contestant, redisUrl: redis.url })
  try {
    await worker.ask({ kind: 'meet' })
    redis.freeze()
    return await worker.ask<FrozenReport>({ kind: 'frozen', asks, patienceMs })
  } finally {
    redis.thaw()
    await worker.stop()
    await redis.stop()
  }
}
