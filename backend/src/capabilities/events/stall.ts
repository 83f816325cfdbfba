import type { Clock } from '../../base/index.ts'
import { numberOf, textOf } from './row-values.ts'
import type { Stall } from './types.ts'

/**
 * Stalls from what the database tells of the transaction that is in the way. Who may not see the sessions of other roles is not told
 * when it began; then it counts from when it was first seen here.
 */
export function createStallWatch(clock: Clock) {
  let seen: { readonly xid: string; readonly at: number } | undefined

  return {
    /** One row of `s_tier.journal_stall()`, or none. */
    stallOf(row: Readonly<Record<string, unknown>> | undefined): Stall | undefined {
      if (row === undefined) {
        seen = undefined
        return undefined
      }
      const xid = String(row['xid'])
      if (seen?.xid !== xid) seen = { xid, at: clock.now() }
      return {
        forMs: numberOf(row['for_ms']) ?? Math.round(clock.now() - seen.at),
        processId: numberOf(row['process_id']),
        database: textOf(row['database']),
        application: textOf(row['application']) || undefined, // Sessions that give no name have an empty one.
        state: textOf(row['state']),
      }
    },
  }
}
