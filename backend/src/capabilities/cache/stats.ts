import type { Tally } from './tally.ts'
import type { MemoryStats, SharedStats } from './types.ts'

/** What a cache has done, and what it holds. Counters only grow. */
export interface CacheStats extends Tally {
  /** Calls that were answered from the first or second level while fresh, of all; undefined before the first call. */
  readonly hitShare: number | undefined
  /** Loads under way. */
  readonly flights: number
  readonly l1: MemoryStats
  /** Undefined without a second level. */
  readonly l2: SharedStats | undefined
  /** Do the changes of other processes arrive? Undefined without a bus. */
  readonly bus: { readonly isBehind: boolean; readonly place: string | undefined } | undefined
}

export function hitShareOf({ hits, misses, stale, bypasses }: Tally): number | undefined {
  const older = stale.revalidating + stale.asked
  const good = hits.l1 + hits.l2
  const all = hits.l1 + misses + older + bypasses.noCache + bypasses.noStore
  return all === 0 ? undefined : good / all
}
