import { integer, type Sql, sql } from '../../../base/index.ts'

/** Enough of a database to change it: one session, rows as objects by column name. */
export interface Session {
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>
}

/** The rows of a query as its values are in JSON, whatever types the driver knows. Numbers must be safe integers. */
export async function rowsOf<Row>(
  session: Session,
  query: Sql,
  values: readonly string[] = [],
): Promise<readonly Row[]> {
  const { text } =
    sql`select coalesce(json_agg(found), '[]')::text as found from (${query}) as found`
  const [answer] = await session.query(text, values)
  return JSON.parse(String(answer?.['found'])) as readonly Row[]
}

/** The one by which the schema `s_tier` is changed by one at a time: who changes it waits for us, and we for them. */
const LOCK = 2_059_321_774

/**
 * Does something in a transaction of its own, alone, and waits for no lock longer than `lockTimeoutMs`. It is begun anew up to
 * `attemptsMax` times when it did not get one, so that those who queue behind it pass in between.
 */
export async function briefly<T>(
  session: Session,
  { lockTimeoutMs, attemptsMax }: { lockTimeoutMs: number; attemptsMax: number },
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTransaction(session, lockTimeoutMs, work)
    } catch (error) {
      if (!isLockTimeout(error) || attempt >= attemptsMax) throw error
    }
  }
}

async function inTransaction<T>(
  session: Session,
  lockTimeoutMs: number,
  work: () => Promise<T>,
): Promise<T> {
  await session.query('begin isolation level read committed')
  try {
    await session.query(sql`set local lock_timeout = ${integer(lockTimeoutMs)}`.text)
    await session.query(sql`set local jit = off`.text) // Compiling takes longer than running, where catalogs are read.
    await session.query(sql`select pg_catalog.pg_advisory_xact_lock(${integer(LOCK)})`.text)
    const result = await work()
    await session.query('commit')
    return result
  } catch (error) {
    await session.query('rollback').catch(() => undefined)
    throw error
  }
}

/** PostgreSQL: lock_not_available. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '55P03'
}
