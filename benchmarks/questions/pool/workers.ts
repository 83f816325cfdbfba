import type { PoolOptions } from '../../../backend/src/capabilities/pool/index.ts'
import { startWorker, type Worker } from '../../harness/worker.ts'
import type { PoolOrder } from '../../programs/pool.ts'
import type { PoolSettings } from '../../programs/pool/contestants.ts'

export type PoolWorker = Worker<PoolOrder>

/** Gives `work` each of the pools, filled, in a process of its own. */
export async function withPools<Name extends string, T>(
  pools: Readonly<Record<Name, PoolSettings>>,
  work: (workers: Readonly<Record<Name, PoolWorker>>) => Promise<T>,
): Promise<T> {
  const workers = Object.fromEntries(
    Object.entries(pools).map(([name, settings]) => [name, startWorker('pool', settings)]),
  ) as Record<Name, PoolWorker>
  const all: PoolWorker[] = Object.values(workers)
  try {
    await Promise.all(all.map(worker => worker.ask({ kind: 'renew' })))
    return await work(workers)
  } finally {
    await Promise.all(all.map(worker => worker.stop()))
  }
}

export function adaptive(url: string, options: PoolOptions = {}): PoolSettings {
  return { kind: 'S-Tier', url, options }
}

/** Our pool without its adapting: what differs is the size alone. */
export function fixed(url: string, size: number): PoolSettings {
  return { kind: 'S-Tier', url, options: { sizeMin: size, sizeMax: size, queueMax: 10_000 } }
}

export function pgPool(url: string, sizeMin: number, sizeMax = sizeMin): PoolSettings {
  return { kind: 'pg-pool', url, sizeMin, sizeMax }
}
