import type { Queryable } from '../types.ts'
import { SlotInUseError, SlotMissingError } from './errors.ts'
import { type Lsn, parseLsn } from './lsn.ts'

/** A replication slot, and what of the server matters for reading it. */
export interface LogState {
  /** As `server_version_num`: 180004. */
  readonly version: number
  readonly walLevel: string
  /** Whether nothing limits what a slot may keep (`max_slot_wal_keep_size` is -1, or not known to this server). */
  readonly isUnlimited: boolean
  /** An id that no transaction has had yet. */
  readonly xid: bigint
  /** Where the log ends now. */
  readonly end: Lsn
  readonly database: string
  /** The cluster and its timeline: another text after it was restored, or after a failover. */
  readonly server: string
  readonly hasPublication: boolean
  readonly slot: SlotState | undefined
}

export interface SlotState {
  readonly plugin: string
  readonly database: string
  /** The process that reads it. */
  readonly processId: number | undefined
  /** What its reader has acknowledged. */
  readonly confirmed: Lsn
  /** Bytes of the log behind that. */
  readonly unreadBytes: number
  /** Bytes of the log that may not be removed, for its sake: also those of transactions that have not ended. */
  readonly lagBytes: number
  /** PostgreSQL: `pg_replication_slots`, `wal_status`. Undefined for a server that does not say it. */
  readonly walStatus: string | undefined
  /** Bytes that may be written before the slot is at risk. */
  readonly bytesLeft: number | undefined
  /** Why the server has given it up. */
  readonly lostFor: string | undefined
}

/** What a person wants to know of a slot; undefined when there is none of that name. */
export async function slotStatus(
  database: Queryable,
  slot: string,
): Promise<SlotState | undefined> {
  return (await logState(database, slot, '')).slot
}

export async function logState(
  database: Queryable,
  slot: string,
  publication: string,
): Promise<LogState> {
  const [row = {}] = await database.query(STATE, [slot, publication])
  const end = lsnOf(row['lsn'])
  return {
    version: Number(row['version']),
    walLevel: String(row['wal_level']),
    isUnlimited: (row['keeps'] ?? '-1') === '-1',
    xid: BigInt(String(row['xid'])),
    end,
    database: String(row['database']),
    server: String(row['server']),
    hasPublication: row['has_publication'] === true,
    slot: typeof row['slot'] === 'string' ? slotOf(JSON.parse(row['slot']), end) : undefined,
  }
}

/** The row of `pg_replication_slots`: later servers say more in it. */
interface SlotRow {
  readonly plugin: string | null
  readonly database: string | null
  readonly active_pid: number | null
  readonly restart_lsn: string | null
  readonly confirmed_flush_lsn: string | null
  readonly wal_status?: string | null
  readonly safe_wal_size?: number | null
  readonly invalidation_reason?: string | null
}

function slotOf(told: unknown, end: Lsn): SlotState {
  const row = told as SlotRow
  const restart = row.restart_lsn === null ? undefined : lsnOf(row.restart_lsn)
  const walStatus = row.wal_status ?? undefined
  const confirmed = lsnOf(row.confirmed_flush_lsn)
  const isLost = walStatus === 'lost' || restart === undefined
  return {
    plugin: row.plugin ?? 'none',
    database: row.database ?? 'none',
    processId: row.active_pid ?? undefined,
    confirmed,
    unreadBytes: bytesBetween(confirmed, end),
    lagBytes: bytesBetween(restart ?? end, end),
    walStatus,
    bytesLeft: row.safe_wal_size ?? undefined,
    lostFor: row.invalidation_reason ?? (isLost ? 'The log that it needs was removed' : undefined),
  }
}

/** The end was asked for a moment before. */
function bytesBetween(start: Lsn, end: Lsn): number {
  return start < end ? Number(end - start) : 0
}

function lsnOf(value: unknown): Lsn {
  return (typeof value === 'string' ? parseLsn(value) : undefined) ?? 0n
}

/** Answers whether it was made: false for one that is there. Waits until every transaction that has begun has ended. */
export async function createSlot(database: Queryable, slot: string): Promise<boolean> {
  const rows = await database.query(
    `select pg_catalog.pg_create_logical_replication_slot($1, 'pgoutput')::text
    where not exists (select from pg_catalog.pg_replication_slots where slot_name = $1)`,
    [slot],
  )
  return rows.length > 0
}

/** From now on the log may be removed, and what nobody has read of it is gone. Throws ST633, and ST634 while it is read. */
export async function dropSlot(database: Queryable, slot: string): Promise<void> {
  const state = await slotStatus(database, slot)
  if (state === undefined) throw new SlotMissingError(slot)
  if (state.processId !== undefined) throw new SlotInUseError(slot, state.processId)
  await database.query('select pg_catalog.pg_drop_replication_slot($1)', [slot])
}

const STATE = `select
  pg_catalog.current_setting('server_version_num') as version,
  pg_catalog.current_setting('wal_level') as wal_level,
  pg_catalog.current_setting('max_slot_wal_keep_size', true) as keeps,
  pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text as xid,
  case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_replay_lsn()
    else pg_catalog.pg_current_wal_lsn() end::text as lsn,
  pg_catalog.current_database()::text as database,
  (pg_catalog.pg_control_system()).system_identifier || ':' || case
    when pg_catalog.pg_is_in_recovery()
      then upper(lpad(to_hex((pg_catalog.pg_control_checkpoint()).timeline_id), 8, '0'))
    else left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 8) end as server,
  exists (select from pg_catalog.pg_publication where pubname = $2) as has_publication,
  (select pg_catalog.row_to_json(s)::text from pg_catalog.pg_replication_slots s where slot_name = $1) as slot`
