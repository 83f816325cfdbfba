import { sql } from '../../base/index.ts'
import type { Step, StepResult } from '../../capabilities/pool/index.ts'
import { formatLsn, type Lsn, parseLsn } from '../../capabilities/replicas/index.ts'

/**
 * Where the log ends, asked right after a commit: at least at the commit itself. Without a name, for a function of the
 * user's may have thrown away all prepared statements; and as plain as can be, for it is planned every time.
 */
export const LSN_STEP: Step = Object.freeze({
  text: sql`select pg_catalog.pg_current_wal_insert_lsn()::text, pg_catalog.pg_current_wal_flush_lsn()::text`
    .text,
  name: '',
  values: Object.freeze([]),
  discard: false,
})

/** Where a server that cannot tell is no reason to fail. */
export const LSN_IF_ANY_STEP: Step = Object.freeze({ ...LSN_STEP, isExtra: true })

/** `XLOG_BLCKSZ`, and the longest header of a page (`SizeOfXLogLongPHD`, src/include/access/xlog_internal.h). */
const PAGE_BYTES = 8_192n
const HEADER_BYTES = 40n

/** What `LSN_STEP` answered: `0/1A2B3C4D`. */
export function lsnIn(result: StepResult | undefined): string | undefined {
  const [row] = result ?? []
  const [inserted, flushed] = [parsed(row?.[0]), parsed(row?.[1])]
  if (inserted === undefined || flushed === undefined) return undefined
  return formatLsn(isOnlyHeader(flushed, inserted) ? flushed : inserted)
}

/** Where a page begins, nothing but its header is inserted: no standby gets there before somebody writes again. */
function isOnlyHeader(flushed: Lsn, inserted: Lsn): boolean {
  return flushed % PAGE_BYTES === 0n && inserted - flushed <= HEADER_BYTES
}

function parsed(text: string | null | undefined): Lsn | undefined {
  return text === null || text === undefined ? undefined : parseLsn(text)
}
