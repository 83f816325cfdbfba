import { integer, sql } from '../../../base/index.ts'
import { listed } from './install.ts'
import { JOURNAL_PART } from './part.ts'
import type { SchemaParts } from './parts.ts'
import { refusalOf } from './refusal.ts'
import { rowsOf, type Session } from './session.ts'
import { type FoundTable, findTables, tablesOf } from './tables.ts'
import { missingTriggers } from './triggers.ts'

/** More is not counted: it would take long, and the answer is the same. */
export const COUNT_MAX = 1_000_000

export interface JournalStatus {
  /** 0: there is no journal, and the rest is empty. */
  readonly version: number
  /** The roles that may read it, besides its owner. */
  readonly users: readonly string[]
  /** At most `COUNT_MAX`. */
  readonly events: number
  readonly bytes: number
  /** When the oldest event happened, as ISO 8601; undefined without one. */
  readonly oldest: string | undefined
  /** The last day that has a place of its own: `2026-11-22`. */
  readonly lastDay: string | undefined
  readonly tables: readonly TableStatus[]
  /** Tables of the same schemas that are not journaled, but could be. */
  readonly others: readonly string[]
  readonly readers: readonly ReaderCheckpoint[]
}

export interface TableStatus {
  /** As SQL writes it. */
  readonly table: string
  /** Itself or partitions of it whose triggers are missing, do not fire always, or were told of another key. */
  readonly incomplete: readonly string[]
  /** Why it should not be journaled any more; undefined when it may be. */
  readonly trouble: string | undefined
}

export interface ReaderCheckpoint {
  readonly name: string
  /** When it last said how far it is, as ISO 8601. */
  readonly updatedAt: string
  /** Events that it has not confirmed, at most `COUNT_MAX`. */
  readonly behind: number
}

/** What there is of a journal. The role must be its owner, or a superuser. */
export async function journalStatus(
  session: Session,
  { parts }: { readonly parts: Pick<SchemaParts, 'partStatus'> },
): Promise<JournalStatus> {
  const { version, users } = await parts.partStatus(session, JOURNAL_PART)
  if (version === 0) return ABSENT
  const found = await findTables(session, await listed(session), true)
  const [facts] = await rowsOf<Facts>(session, FACTS)
  const readers = await rowsOf<ReaderCheckpoint>(session, READERS)
  return {
    version,
    users,
    events: facts?.events ?? 0,
    bytes: facts?.bytes ?? 0,
    oldest: facts?.oldest ?? undefined,
    lastDay: facts?.lastDay ?? undefined,
    tables: found.map(statusOf),
    others: await othersBeside(session, found),
    readers,
  }
}

const ABSENT: JournalStatus = Object.freeze({
  ...{ version: 0, users: [], events: 0, bytes: 0, oldest: undefined, lastDay: undefined },
  ...{ tables: [], others: [], readers: [] },
})

interface Facts {
  readonly events: number
  readonly bytes: number
  readonly oldest: string | null
  readonly lastDay: string | null
}

const FACTS = sql`
  select (select count(*) from (select from s_tier.journal limit ${integer(COUNT_MAX)}) j) as events,
    (select sum(d.bytes) from s_tier.journal_days() d) as bytes,
    (select to_char(j.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      from s_tier.journal j order by j.xid, j.position limit 1) as oldest,
    (select to_char(max(d.day), 'YYYY-MM-DD') from s_tier.journal_days() d) as "lastDay"`

const READERS = sql`
  select r.name, to_char(r.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "updatedAt",
    (select count(*) from (select from s_tier.journal j
      where (j.xid, j.position) > (r.xid, r.position) limit ${integer(COUNT_MAX)}) j) as behind
  from s_tier.journal_readers r order by r.name`

function statusOf(table: FoundTable): TableStatus {
  const refusal = refusalOf(table)
  return {
    table: table.label,
    incomplete: table.members
      .filter(({ triggers }) => missingTriggers(triggers).length > 0)
      .map(({ label }) => label),
    trouble: refusal && `${table.label} ${refusal.reason}`,
  }
}

async function othersBeside(
  session: Session,
  found: readonly FoundTable[],
): Promise<readonly string[]> {
  const schemas = new Set(found.map(({ schema }) => schema))
  const all = await findTables(session, await tablesOf(session, [...schemas]), true)
  return all
    .filter(table => !table.isListed && refusalOf(table) === undefined)
    .map(({ label }) => label)
}
