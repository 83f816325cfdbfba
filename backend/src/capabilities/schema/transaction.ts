import { integer, type Sql, sql } from '../../base/index.ts'
import type { Queryable } from './part.ts'

/** Any number that is unlikely to be somebody else's: the first bytes of sha256('s_tier'). */
const LOCK = 2_059_321_774

const BEGIN = sql`begin isolation level read committed`
const ALONE = sql`select pg_catalog.pg_advisory_xact_lock(${integer(LOCK)})`
const COMMIT = sql`commit`
const ROLLBACK = sql`rollback`

/** Changes the schema in one transaction, one caller at a time; an error leaves it as it was. */
export async function changing<T>(database: Queryable, work: () => Promise<T>): Promise<T> {
  await run(database, BEGIN)
  try {
    await run(database, ALONE)
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
