import { startRedis } from '../../../backend/tests/support/redis.ts'
import { startWorker, type Worker } from '../../harness/worker.ts'
import type { LimiterOrder } from '../../programs/limiter.ts'
import type { Contestant, LimitingSetup } from '../../programs/limiter/contestants.ts'

export type LimiterWorker = Worker<LimiterOrder>

/** A limiter in a process that has done nothing before, for as long as `use` takes. */
export async function withLimiter<Result>(
  contestant: Contestant,
  setup: LimitingSetup,
  use: (worker: LimiterWorker) => Promise<Result>,
): Promise<Result> {
  const worker = startWorker<LimiterOrder>('limiter', contestant)
  try {
    await worker.ask({ kind: 'meet', setup })
    return await use(worker)
  } finally {
    await worker.stop()
  }
}

/** A Redis of one's own, for as long as `use` takes. */
export async function withRedis<Result>(
  use: (redis: Awaited<ReturnType<typeof startRedis>>) => Promise<Result>,
): Promise<Result> {
  const redis = await startRedis()
  try {
    return await use(redis)
  } finally {
    redis.thaw()
    await redis.stop()
  }
}
