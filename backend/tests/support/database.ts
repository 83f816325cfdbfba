import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { inject } from 'vitest'

export interface TestDatabase {
  readonly name: string
  /** As the superuser `postgres`. */
  readonly url: string
  /** As the role `authenticator`, the one that the server logs in as. */
  readonly authenticatorUrl: string
  /** Runs one statement as the superuser and returns its rows. */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<Row[]>
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>
}

/** A fresh database on the test cluster. `sql` runs in it at once, as one string of any number of statements. */
export async function createDatabase(sql?: string): Promise<TestDatabase> {
  const database = await createFrom('template0')
  if (sql !== undefined) await database.query(sql)
  return database
}

/** A fresh copy of another database of the cluster, to which nobody may be connected. */
export async function createFrom(template: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await onCluster(`create database ${name} template ${template} strategy file_copy`)
  return open(name)
}

/** One statement on the cluster itself, as the superuser. */
export async function onCluster(text: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client(inject('postgresUrl'))
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

function open(name: string): TestDatabase {
  const url = urlOf(name, 'postgres')
  const pool = new pg.Pool({ connectionString: url, max: 4, allowExitOnIdle: true })
  pool.on('error', () => undefined) // Dropping by force ends idle connections.
  return {
    name,
    url,
    authenticatorUrl: urlOf(name, 'authenticator'),
    async query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]) {
      return (await pool.query<Row>(text, values)).rows
    },
    async drop() {
      await pool.end()
      await isLeft(name)
      await onCluster(`drop database if exists ${name} with (force)`)
    },
  }
}

/** For so long those who have been ended may take to leave. */
const LEAVES_MS = 500

/** A pool of `pg` has ended before its connections have, and nobody listens any more to one that is then ended by force. */
async function isLeft(name: string): Promise<void> {
  const text = `select from pg_stat_activity where datname = '${name}' limit 1`
  const until = Date.now() + LEAVES_MS
  while ((await onCluster(text)).length > 0 && Date.now() < until) await sleep(10)
}

function urlOf(database: string, user: string): string {
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${database}`
  url.username = user
  return url.href
}
