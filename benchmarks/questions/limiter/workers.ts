import { startRedis, type TestRedis } from '../../../backend/tests/support/redis.ts'
import { startWorker, type Worker } from '../../harness/worker.ts'
import type { LimiterOrder } from '../../programs/limiter.ts'
import type { Contestant, LimitingSetup } from '../../programs/limiter/contestants.ts'

export type LimiterWorker = Worker<LimiterOrder>

/** A limiter in a process that has done nothing before, for as long as `use` takes. */
export function withLimiter<Result>(
  contestant: Contestant,
  setup: LimitingSetup,
  use: (worker: LimiterWorker) => Promise<Result>,
): Promise<Result> {
  return withLimiters([0], contestant, setup, ([worker]) => use(worker as LimiterWorker))
}

/** Several, each with a clock that is wrong by so much. */
export async function withLimiters<Result>(
  aheadMs: readonly number[],
  contestant: Contestant,
  setup: LimitingSetup,
  use: (workers: readonly LimiterWorker[]) => Promise<Result>,
): Promise<Result> {
  const workers = aheadMs.map(() => startWorker<LimiterOrder>('limiter', contestant))
  try {
    await Promise.all(
      workers.map((worker, at) => worker.ask({ kind: 'meet', setup, aheadMs: aheadMs[at] ?? 0 })),
    )
    return await use(workers)
  } finally {
    await Promise.all(workers.map(worker => worker.stop()))
  }
}

/** A Redis of one's own, for as long as `use` takes. */
export async function withRedis<Result>(
  use: (redis: TestRedis) => Promise<Result>,
): Promise<Result> {
  const redis = await startRedis()
  try {
    return await use(redis)
  } finally {
    redis.thaw()
    await redis.stop()
  }
}
