import { sql } from '../../../base/index.ts'
import { JournalRefusedError, type Refusal } from '../errors.ts'
import { type JournalSetup, listed, locking } from './install.ts'
import { JOURNAL_PART } from './part.ts'
import { rowsOf, type Session } from './session.ts'
import { type FoundTable, findTables, resolveName } from './tables.ts'
import { dropTriggers } from './triggers.ts'

export interface JournalRemoval
  extends Pick<JournalSetup, 'parts' | 'lockTimeoutMs' | 'attemptsMax'> {
  /** Only these are journaled no longer, and what is in the journal stays. Default: all, and the journal itself goes. */
  readonly tables?: readonly string[]
}

export interface JournalDisabled {
  /** The version that was there; 0: there was nothing to do. */
  readonly from: number
  /** What is journaled no longer, as SQL writes it. */
  readonly tables: readonly string[]
  /** What became of the journal. */
  readonly journal: 'dropped' | 'kept' | 'absent'
  /** And of the schema `s_tier`, which stays while anything else is in it. */
  readonly schema: 'dropped' | 'kept' | 'absent'
}

/**
 * Takes tables out of the journal, or removes it whole with all that it holds, and leaves nothing behind. Done twice it
 * changes nothing. Throws ST620 for a table that is not journaled; ST621; or what PostgreSQL refuses: 2BP01 when somebody's
 * objects depend on ours.
 */
export async function disableJournal(
  session: Session,
  { parts, tables, ...rules }: JournalRemoval,
): Promise<JournalDisabled> {
  const { version } = await parts.partStatus(session, JOURNAL_PART)
  if (version === 0) {
    const { schema } = await parts.disablePart(session, JOURNAL_PART)
    return { from: 0, tables: [], journal: 'absent', schema }
  }
  const found =
    tables === undefined
      ? await findTables(session, await triggered(session), true)
      : await findNamed(session, tables)
  for (const table of found) await disableTable(session, table, rules)
  const labels = found.map(({ label }) => label)
  if (tables !== undefined)
    return { from: version, tables: labels, journal: 'kept', schema: 'kept' }
  const { from, schema } = await parts.disablePart(session, JOURNAL_PART)
  return { from, tables: labels, journal: 'dropped', schema }
}

async function findNamed(
  session: Session,
  names: readonly string[],
): Promise<readonly FoundTable[]> {
  const all = new Set(await listed(session))
  const refusals: Refusal[] = []
  const relations: string[] = []
  for (const name of names) {
    const relation = await resolveName(session, name)
    if (relation !== undefined && all.has(relation)) relations.push(relation)
    else refusals.push({ table: name, reason: 'is not journaled', hint: 's-tier journal status.' })
  }
  if (refusals.length > 0) throw new JournalRefusedError(refusals)
  return findTables(session, relations, true)
}

/** Everything that has triggers of ours, listed or not, by object id; and what is listed. */
async function triggered(session: Session): Promise<readonly string[]> {
  const query = sql`
    select distinct coalesce(pg_catalog.pg_partition_root(t.tgrelid), t.tgrelid)::oid::text as relation
    from pg_catalog.pg_trigger t where not t.tgisinternal and t.tgfoid = 's_tier.journal_write()'::regprocedure`
  const found = await rowsOf<{ relation: string }>(session, query)
  return [...new Set([...(await listed(session)), ...found.map(({ relation }) => relation)])]
}

async function disableTable(
  session: Session,
  { relation, label }: FoundTable,
  rules: Omit<JournalRemoval, 'parts' | 'tables'>,
): Promise<void> {
  await locking(session, label, rules, async () => {
    const [now] = await findTables(session, [relation], true) // Others may have been quicker.
    for (const { schema, name, triggers } of now?.members ?? []) {
      if (Object.keys(triggers).length === 0) continue
      await session.query(dropTriggers(schema, name, triggers).text)
    }
    await session.query('delete from s_tier.journal_tables where relation = $1::oid', [relation])
  })
}
