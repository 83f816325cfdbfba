import { integer, sql } from '../../base/index.ts'
import { createEventReader } from './table-row.ts'
import type { JournalEvent } from './types.ts'

/** More events, or larger ones, are not told: then whole tables count as changed. */
const EVENTS_MAX = 500
const BYTES_MAX = 1_048_576

const COLUMNS = Object.freeze([
  ...['xid', 'position', 'relation', 'schema_name', 'table_name', 'kind', 'at_ms', 'key'],
  ...['old_row', 'new_row', 'role', 'claims', 'request_id', 'trace'],
])

/**
 * What the transaction changed whose id the session has in the setting `s_tier.xid`, provided that it has been committed. Needs
 * what `s-tier journal enable --for` grants, of version 2.
 */
export const OWN_EVENTS: string = sql`
  select xid, "position", relation::text, schema_name, table_name, kind, at_ms, key, old_row, new_row, role, claims, request_id, trace
  from s_tier.journal_own(${integer(EVENTS_MAX)}, ${integer(BYTES_MAX)})`.text

/** The answer to `OWN_EVENTS`, by position and as text. Of too many changes the last events are truncations of their tables. */
export function readOwnEvents(
  rows: readonly (readonly (string | null)[])[],
): readonly JournalEvent[] {
  if (rows.length === 0) return NONE
  const events = createEventReader()
  return rows.map(row =>
    events.eventOf(Object.fromEntries(COLUMNS.map((name, index) => [name, row[index]]))),
  )
}

const NONE: readonly JournalEvent[] = Object.freeze([])
