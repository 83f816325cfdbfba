import { integer, type Sql, sql } from '../../base/index.ts'
import { ForeignSchemaError } from './errors.ts'
import type { Queryable } from './part.ts'

/** Any number that is unlikely to be somebody else's: the first bytes of sha256('s_tier'). */
const LOCK = 2_059_321_774

/** Superusers could do what they like with ours anyway. */
const FOREIGN_OWNER = sql`
  select r.rolname::text as owner
  from pg_catalog.pg_namespace n join pg_catalog.pg_roles r on r.oid = n.nspowner
  where n.nspname = 's_tier' and r.rolname <> current_user and not r.rolsuper`

const BEGIN = sql`begin isolation level read committed`
const ALONE = sql`select pg_catalog.pg_advisory_xact_lock(${integer(LOCK)})`
const COMMIT = sql`commit`
const ROLLBACK = sql`rollback`

/**
 * Changes the schema in one transaction, one caller at a time; an error leaves it as it was. Throws ST212 when it belongs to
 * somebody else.
 */
export async function changing<T>(database: Queryable, work: () => Promise<T>): Promise<T> {
  await run(database, BEGIN)
  try {
    await run(database, ALONE)
    const [foreign] = await run(database, FOREIGN_OWNER)
    if (foreign !== undefined) throw new ForeignSchemaError(String(foreign['owner']))
    const result = await work()
    await run(database, COMMIT)
    return result
  } catch (error) {
    await run(database, ROLLBACK).catch(() => undefined)
    throw error
  }
}

/** Runs a text of any number of statements; the rows are those of a single one. */
export function run(
  database: Queryable,
  { text }: Sql,
  values?: readonly unknown[],
): Promise<Record<string, unknown>[]> {
  return values === undefined ? database.query(text) : database.query(text, values)
}
