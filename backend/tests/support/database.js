import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
/** A fresh database on the test cluster. `sql` runs in it at once, as one string of any number of statements. */
export async function createDatabase(sql) {
  const database = await createFrom('template0')
  if (sql !== undefined) await database.query(sql)
  return database
}
/** A fresh copy of another database of the cluster, to which nobody may be connected. */
export async function createFrom(template) {
  const name = `test_${randomBytes(6).toString('hex')}`
  await onCluster(`create database ${name} template ${template} strategy file_copy`)
  return open(name)
}
/** One statement on the cluster itself, as the superuser. */
export async function onCluster(text) {
  const client = new pg.Client(inject('postgresUrl'))
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}
function open(name) {
  const url = urlOf(name, 'postgres')
  const pool = new pg.Pool({ connectionString: url, max: 4, allowExitOnIdle: true })
  pool.on('error', () => undefined) // Dropping by force ends idle connections.
  return {
    name,
    url,
    authenticatorUrl: urlOf(name, 'authenticator'),
    async query(text, values) {
      return (await pool.query(text, values)).rows
    },
    async drop() {
      await pool.end()
      await onCluster(`drop database if exists ${name} with (force)`)
    },
  }
}
function urlOf(database, user) {
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${database}`
  url.username = user
  return url.href
}
//# sourceMappingURL=database.js.map
