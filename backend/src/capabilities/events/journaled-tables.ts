import { sql } from '../../base/index.ts'
import { textOf } from './row-values.ts'
import type { Queryable } from './types.ts'

/** A table all of whose changes are in the journal; a partitioned one with all its partitions. */
export interface JournaledTable {
  /** Its object id. */
  readonly relation: number
  /** Another text when changes may have been missed since: a trigger was off for a while, or the table was rewritten. */
  readonly state: string
}

/** What a login can see of a journal. `outdated`: an older one, which tells less. `forbidden`: it lacks the rights. */
export type JournalAccess = 'ready' | 'missing' | 'outdated' | 'forbidden'

/** A look at a journal. */
export interface JournalLook {
  readonly access: JournalAccess
  /**
   * What had been committed by then: where it is the same as before, nothing has been since, in no database of the server. Undefined on
   * a standby, which cannot tell.
   */
  readonly committed: string | undefined
}

/** Whether there is a journal to follow for this login. Needs no right. */
export async function journalAccess(database: Queryable): Promise<JournalAccess> {
  return (await lookAtJournal(database)).access
}

/** The same, and whether anything can be different from what it was at an earlier look. */
export async function lookAtJournal(database: Queryable): Promise<JournalLook> {
  const [row = {}] = await database.query(LOOK.text)
  return { access: accessIn(row), committed: textOf(row['committed']) }
}

function accessIn(row: Readonly<Record<string, unknown>>): JournalAccess {
  if (row['is_there'] !== true) return 'missing'
  if (row['is_new'] !== true) return 'outdated'
  return row['is_allowed'] === true ? 'ready' : 'forbidden'
}

const LOOK = sql`
  select count(*) > 0 as is_there,
    bool_or(p.proname = 'journal_relations') as is_new,
    bool_and(pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_function_privilege(p.oid, 'execute')) as is_allowed,
    case when not pg_catalog.pg_is_in_recovery() then pg_catalog.pg_current_snapshot()::text end as committed
  from pg_catalog.pg_namespace n join pg_catalog.pg_proc p on p.pronamespace = n.oid
  where n.nspname = 's_tier' and p.proname in ('journal_head', 'journal_read', 'journal_own', 'journal_relations')`

/** The tables that are journaled now, whole and for all writers. Rejects with the errors of the database. */
export async function journaledTables(database: Queryable): Promise<readonly JournaledTable[]> {
  const rows = await database.query(RELATIONS.text)
  return rows.map(row => ({ relation: Number(row['relation']), state: String(row['state']) }))
}

const RELATIONS = sql`select relation::text, state from s_tier.journal_relations()`
