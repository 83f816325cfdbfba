import { startWorker } from '../../harness/worker.ts'
import type { BreakerOrder } from '../../programs/breaker.ts'
import type { Contestant } from '../../programs/breaker/contestants.ts'

/** One order in a process that has done nothing before: no contestant finds code that another has shaped. */
export async function askOnce<Result>(
  contestant: Contestant | undefined,
  order: BreakerOrder,
): Promise<Result> {
  const worker = startWorker<BreakerOrder>('breaker', contestant ?? 'none')
  try {
    return await worker.ask<Result>(order)
  } finally {
    await worker.stop()
  }
}
