import type { StaleReason } from './result.ts'
import type { Precision } from './types.ts'

/** What has happened so far, in numbers that only grow. */
export interface Tally {
  readonly hits: { l1: number; l2: number }
  /** Calls for which the loader had to be asked, or nothing was answered. */
  misses: number
  /** Older values in place of new ones. */
  readonly stale: Record<StaleReason, number>
  /** Calls that what is stored was not good enough for, or that did not want it. */
  readonly bypasses: { noCache: number; noStore: number; behind: number }
  /** Calls that waited for a load of another one. */
  joined: number
  loads: number
  loadFailures: number
  loadTimeouts: number
  /** Loads before the time of a value was over, or after it while it was answered. */
  refreshes: number
  /** Values that were not kept, because something made them old while they were loaded. */
  readonly droppedFills: Record<Precision, number>
  /** Kept values that a change made old. `all`: by a flush. */
  readonly invalidations: Record<Precision | 'all', number>
  /** Values of the second level that a change had made old. */
  readonly oldInL2: Record<Precision, number>
  /** Loads that waited for the lease of another process. */
  leaseWaits: number
}

export function createTally(): Tally {
  return {
    hits: { l1: 0, l2: 0 },
    misses: 0,
    stale: { revalidating: 0, error: 0, slow: 0, timeout: 0, asked: 0 },
    bypasses: { noCache: 0, noStore: 0, behind: 0 },
    joined: 0,
    loads: 0,
    loadFailures: 0,
    loadTimeouts: 0,
    refreshes: 0,
    droppedFills: { row: 0, predicate: 0, table: 0 },
    invalidations: { row: 0, predicate: 0, table: 0, all: 0 },
    oldInL2: { row: 0, predicate: 0, table: 0 },
    leaseWaits: 0,
  }
}
