import type { Clock } from '../../../base/index.ts'
import type { Queryable } from '../types.ts'
import { type Lsn, parseLsn } from './lsn.ts'

const TRIES = 20
const PAUSE_MS = 5

/**
 * The end of the log, once everybody who was writing when it was asked for has ended. A commit stands in the log a moment before
 * others see it (as long as a synchronous standby takes), so the end alone could lie behind a commit that a query does not see
 * yet. Undefined when writers do not end: then nobody can tell.
 */
export async function settledEnd(database: Queryable, clock: Clock): Promise<Lsn | undefined> {
  const [row] = await database.query(END)
  const end = parseLsn(String(row?.['lsn']))
  const running = String(row?.['running'])
  if (running === '{}') return end
  for (let tries = 0; tries < TRIES; tries++) {
    const [left] = await database.query(LEFT, [running])
    if (left?.['is_left'] !== true) return end
    await new Promise<void>(resolve => clock.after(PAUSE_MS, resolve))
  }
  return undefined
}

/** The two of the select list are computed in their order, so whoever writes its commit before `lsn` is in `running`. */
const END = `select pg_catalog.pg_current_wal_insert_lsn()::text as lsn,
  (select coalesce(pg_catalog.array_agg(xid::text), '{}')::text
    from pg_catalog.pg_snapshot_xip(pg_catalog.pg_current_snapshot()) xid) as running`
const LEFT = `select exists (
  select from pg_catalog.pg_snapshot_xip(pg_catalog.pg_current_snapshot()) xid where xid::text = any ($1::text[])
) as is_left`
