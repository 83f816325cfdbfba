import { numberOf, textOf } from './row-values.ts'
import { createEventReader } from './table-row.ts'
import type { JournalEvent, Queryable } from './types.ts'

/** What was committed since a snapshot. */
export interface Ahead {
  /** In no order; of very many, truncations of the tables in their place. Undefined when even those are more than is told. */
  readonly events: readonly JournalEvent[] | undefined
  /** The snapshot that contains all of that, for the next time. Undefined on a standby, which cannot tell. */
  readonly seen: string | undefined
}

const EVENTS_MAX = 1_000

/**
 * All events of transactions that have been committed since `seen` was taken, without regard to their order: nothing holds them up.
 * `12:12:` stands for everything from transaction 12 on. Needs a journal of version 2. Rejects with the errors of the database.
 */
export async function readAhead(database: Queryable, seen: string): Promise<Ahead> {
  const [first, ...rest] = await database.query(AHEAD, [seen, String(EVENTS_MAX + 1)])
  const next = textOf(first?.['seen'])
  if (first === undefined || numberOf(first['relation']) === undefined)
    return { events: [], seen: next }
  const events = createEventReader()
  const isAll = rest.length < EVENTS_MAX
  return { events: isAll ? [first, ...rest].map(events.eventOf) : undefined, seen: next }
}

/** What comes first is of the same snapshot as the events. */
const AHEAD = `
  select one.*, e.* from (
    select case when not pg_catalog.pg_is_in_recovery() then pg_catalog.pg_current_snapshot()::text end as seen offset 0
  ) one left join lateral s_tier.journal_ahead($1::pg_catalog.pg_snapshot, $2::integer) e on one.seen is not null`
