import { sql } from '../../../base/index.ts'
import { JournalLockError, JournalRefusedError, type Refusal } from '../errors.ts'
import { JOURNAL_PART } from './part.ts'
import type { SchemaParts } from './parts.ts'
import { refusalOf } from './refusal.ts'
import { briefly, isLockTimeout, rowsOf, type Session } from './session.ts'
import { type FoundTable, findTables, type Member, resolveName, tablesOf } from './tables.ts'
import { makeTriggers, missingTriggers } from './triggers.ts'

export interface JournalSetup {
  /** The exports of `s-tier/schema`, which make what all tables share. */
  readonly parts: SchemaParts
  /** Tables as SQL writes them, or `schema.table` as it is. Each must be one that can be journaled. Default: none. */
  readonly tables?: readonly string[]
  /** All tables of these schemas, or of all; those that cannot be journaled are told. Default: none. */
  readonly schemas?: readonly string[] | 'all'
  /** Roles that servers log in as: they may read it, keep checkpoints and drop days. Default: none but its owner. */
  readonly logins?: readonly string[]
  /** Longest wait for the lock of a table, in milliseconds: as long as others may have to wait for it. Default 1_000. */
  readonly lockTimeoutMs?: number
  /** How often that is tried for each table. Default 5. */
  readonly attemptsMax?: number
}

export interface JournalEnabled {
  /** The version of the journal that was there before; 0 for none. */
  readonly from: number
  readonly to: number
  /** The roles that may read it, besides its owner. */
  readonly users: readonly string[]
  readonly tables: readonly EnabledTable[]
  /** Of the schemas: what cannot be journaled. */
  readonly refused: readonly Refusal[]
}

export interface EnabledTable {
  /** As SQL writes it. */
  readonly table: string
  /** `mended`: some of its triggers, or those of a partition, were missing or did not fire always. */
  readonly outcome: 'enabled' | 'mended' | 'unchanged'
}

/**
 * Makes a journal, or brings it up to date, and journals tables: those named, all of schemas, and again those that were before,
 * whose partitions may have grown in number. Done twice it changes nothing. One table at a time is locked, briefly and not
 * against readers. Needs one session, of the owner of the tables. Throws ST620 when a table that was named cannot be journaled, before
 * anything is done; ST621; what `parts` throws; or what PostgreSQL refuses.
 */
export async function enableJournal(
  session: Session,
  { parts, tables = [], schemas = [], logins = [], ...rules }: JournalSetup,
): Promise<JournalEnabled> {
  const named = await findNamed(session, tables)
  const { from, to, users } = await parts.enablePart(session, JOURNAL_PART, logins)
  await forgetDropped(session)
  const relations = new Set([
    ...named,
    ...(await listed(session)),
    ...(await tablesOf(session, schemas)),
  ])
  const enabled: EnabledTable[] = []
  const refused: Refusal[] = []
  for (const table of await findTables(session, [...relations], true)) {
    const refusal = refusalOf(table)
    if (refusal === undefined) enabled.push(await enableTable(session, table, rules))
    else refused.push(refusal)
  }
  return { from, to, users, tables: enabled, refused }
}

/** Throws ST620 for what is not there or cannot be journaled. */
async function findNamed(session: Session, names: readonly string[]): Promise<readonly string[]> {
  const refusals: Refusal[] = []
  const relations: string[] = []
  for (const name of names) {
    const relation = await resolveName(session, name)
    if (relation === undefined) refusals.push({ table: name, ...MISSING })
    else relations.push(relation)
  }
  const found = await findTables(session, relations, false)
  refusals.push(...found.map(refusalOf).filter(refusal => refusal !== undefined))
  if (refusals.length > 0) throw new JournalRefusedError(refusals)
  return relations
}

const MISSING = Object.freeze({
  reason: 'does not exist',
  hint: 'Write it as schema.table, with the case that it has.',
})

/** Tables that are to be journaled, by object id. */
export async function listed(session: Session): Promise<readonly string[]> {
  const query = sql`select relation::oid::text as relation from s_tier.journal_tables order by enabled_at, relation`
  return (await rowsOf<{ relation: string }>(session, query)).map(({ relation }) => relation)
}

async function forgetDropped(session: Session): Promise<void> {
  await session.query(FORGET.text)
}

const FORGET = sql`delete from s_tier.journal_tables t
  where not exists (select from pg_catalog.pg_class c where c.oid = t.relation)`

type LockRules = Pick<JournalSetup, 'lockTimeoutMs' | 'attemptsMax'>

async function enableTable(
  session: Session,
  table: FoundTable,
  rules: LockRules,
): Promise<EnabledTable> {
  if (table.isListed && table.members.every(isWhole)) {
    return { table: table.label, outcome: 'unchanged' }
  }
  await locking(session, table.label, rules, async () => {
    const [now] = await findTables(session, [table.relation], true) // Others may have been quicker.
    if (now === undefined) return
    for (const member of now.members) {
      if (isWhole(member)) continue
      const { schema, name, triggers } = member
      await session.query(makeTriggers(schema, name, triggers, now.key).text)
    }
    await session.query(LIST.text, [table.relation])
  })
  return { table: table.label, outcome: table.isListed ? 'mended' : 'enabled' }
}

function isWhole({ triggers }: Member): boolean {
  return missingTriggers(triggers).length === 0
}

/** Mended ones as well are listed anew: what was written meanwhile is in nobody's journal. */
const LIST = sql`insert into s_tier.journal_tables (relation) values ($1::oid)
  on conflict (relation) do update set enabled_at = excluded.enabled_at`

/** As `briefly`. Throws ST621 when it was in vain. */
export async function locking(
  session: Session,
  table: string,
  { lockTimeoutMs = 1_000, attemptsMax = 5 }: LockRules,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await briefly(session, { lockTimeoutMs, attemptsMax }, work)
  } catch (error) {
    throw isLockTimeout(error) ? new JournalLockError(table, error) : error
  }
}
