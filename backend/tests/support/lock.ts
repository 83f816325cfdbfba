import pg from 'pg'
import type { TestDatabase } from './database.ts'

/** SQL of the view `waiting`, whose one row is there once nobody holds the lock. */
export const WAITING_SQL = `
  create function wait() returns int language sql volatile
    as $$ select pg_advisory_xact_lock_shared(1); select 1 $$;
  create view waiting as select wait() as id;
  grant select on waiting to anon, authenticated;
`

/** A lock in the hand of a test: as long as it is held, nothing that reads `waiting` goes on. */
export interface Lock {
  /** Resolves once so many queries wait. */
  awaited(queries: number): Promise<void>
  release(): Promise<void>
}

export async function holdLock({ url }: TestDatabase): Promise<Lock> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query('select pg_advisory_lock(1)')
  let isHeld = true
  return {
    async awaited(queries) {
      while ((await waiters(client)) !== queries) await new Promise(done => setTimeout(done, 5))
    },
    async release() {
      if (isHeld) await client.end()
      isHeld = false
    },
  }
}

async function waiters(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: string }>(`
    select count(*) from pg_locks join pg_database d on d.oid = database
    where locktype = 'advisory' and not granted and datname = current_database()`)
  return Number(rows[0]?.count)
}
