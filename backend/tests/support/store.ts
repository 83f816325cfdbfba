import pg from 'pg'
import { inject } from 'vitest'
import { loadSampleStore } from '../../src/cli/embedded/index.ts'
import { createFrom, type TestDatabase } from './database.ts'

/** The smallest store: every kind of row, about 13,000 in all, loaded in about a second. */
const SCALE = 0.02
const TEMPLATE = 'store_template'
/** Any number that no other test locks. */
const LOCK = 7_291

/** A fresh copy of the sample store, small. It is loaded once per run, then copied, which takes some 50 ms. */
export async function createStoreDatabase(): Promise<TestDatabase> {
  await makeTemplate()
  return createFrom(TEMPLATE)
}

/** Test files run in several processes: one makes the template, the others wait for it. */
async function makeTemplate(): Promise<void> {
  await connected('postgres', async cluster => {
    await cluster.query(`select pg_advisory_lock(${LOCK})`)
    const found = await cluster.query(`select from pg_database where datname = '${TEMPLATE}'`)
    if (found.rowCount !== 0) return
    const draft = `${TEMPLATE}_draft`
    await cluster.query(`drop database if exists ${draft} with (force)`)
    await cluster.query(`create database ${draft} template template0`)
    await connected(draft, client => loadSampleStore(text => client.query(text), { scale: SCALE }))
    await cluster.query(`alter database ${draft} rename to ${TEMPLATE}`)
  })
}

async function connected<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${database}`
  const client = new pg.Client(url.href)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
