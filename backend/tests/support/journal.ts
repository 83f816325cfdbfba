import pg from 'pg'
import type { Queryable } from '../../src/capabilities/events/index.ts'
import { createDatabase, type TestDatabase } from './database.ts'
import { journaling } from './journaling.ts'

/** A database whose tables are journaled: those of `sql`, by default `thing (id, note)`. `authenticator` may read it. */
export async function createJournaledDatabase(
  sql = 'create table thing (id bigint primary key, note text)',
): Promise<TestDatabase> {
  const database = await createDatabase(sql)
  await journaling(database.url, { schemas: 'all', logins: ['authenticator'] })
  return database
}

export interface TestPool extends Queryable {
  end(): Promise<void>
}

/** Connections of one role, as a server has them. */
export function testPool(url: string, max = 4): TestPool {
  const pool = new pg.Pool({ connectionString: url, max, allowExitOnIdle: true })
  pool.on('error', () => undefined)
  return {
    async query(text, values) {
      return (await pool.query<Record<string, unknown>>(text, values && [...values])).rows
    },
    end: () => pool.end(),
  }
}
