import { startWorker, type Worker } from '../../harness/worker.ts'
import type { CacheOrder, CacheSettings } from '../../programs/cache.ts'
import type { Contestant } from '../../programs/cache/contestants.ts'

export function startCache(settings: CacheSettings): Worker<CacheOrder> {
  return startWorker<CacheOrder>('cache', settings)
}

/** One order in a process that has done nothing before. */
export async function askOnce<Result>(contestant: Contestant, order: CacheOrder): Promise<Result> {
  const worker = startCache({ contestant })
  try {
    return await worker.ask<Result>(order)
  } finally {
    await worker.stop()
  }
}
