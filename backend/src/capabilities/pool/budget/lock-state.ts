import { CAPACITY_COLUMNS, capacityOf, type ServerCapacity } from './capacity.ts'

/**
 * Locks of the budget: pairs of numbers, the first of which says what the second means. They spell `s_ts` and `s_tw`, so that
 * they hardly meet a pair that somebody else uses.
 */
export const SLOT_CLASS = 0x73_5f_74_73
export const NEEDS_CLASS = 0x73_5f_74_77
/** What a member has and wants is in one number: 15 bits each. */
const COUNT_MAX = 0x7f_ff
const BITS = 16

/** One process that shares, by the process of PostgreSQL on the other side of its control connection. */
export interface LockMember {
  readonly processId: number
  readonly held: number
  readonly wanted: number
  readonly slots: readonly number[]
}

/** What everybody can read. */
export interface LockState {
  /** By process number: the same order for everybody. */
  readonly members: readonly LockMember[]
  readonly capacity: ServerCapacity
  /** Connections of clients, whoever they are. */
  readonly connections: number
}

/** What a member has and wants, as the second number of a shared lock: nothing is written for others to read it. */
export function needsCode(held: number, wanted: number): number {
  return (Math.min(held, COUNT_MAX) << BITS) | Math.min(wanted, COUNT_MAX)
}

/**
 * `pg_locks` and the rows (not the texts) of `pg_stat_activity` are readable by everybody. Locks of sessions belong to one
 * database, so the fleet is those who share a database.
 */
export const STATE_QUERY = `
  select ${CAPACITY_COLUMNS},
    (select count(*) from pg_catalog.pg_stat_activity
      where datid is not null
        and coalesce(backend_type, 'client backend') = 'client backend')::int as connections,
    (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(
        pid, classid::bigint, objid::bigint)), '[]')
      from pg_catalog.pg_locks
      where locktype = 'advisory' and objsubid = 2 and granted
        and classid::bigint in (${SLOT_CLASS}, ${NEEDS_CLASS})
        and database = (select oid from pg_catalog.pg_database
          where datname = pg_catalog.current_database())) as locks`

type Lock = readonly [processId: number, classId: number, number: number]

export function lockStateOf(row: Readonly<Record<string, unknown>>): LockState {
  const locks = row['locks'] as readonly Lock[]
  const members = locks
    .filter(([, classId]) => classId === NEEDS_CLASS)
    .map(([processId, , code]) => ({
      processId,
      held: code >>> BITS,
      wanted: code & COUNT_MAX,
      slots: slotsOf(processId, locks),
    }))
    .sort((a, b) => a.processId - b.processId)
  return { members, capacity: capacityOf(row), connections: Number(row['connections']) }
}

function slotsOf(processId: number, locks: readonly Lock[]): number[] {
  return locks
    .filter(([holder, classId]) => holder === processId && classId === SLOT_CLASS)
    .map(([, , slot]) => slot)
}
