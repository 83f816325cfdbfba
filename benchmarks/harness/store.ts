import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { startEmbedded } from '../../backend/src/cli/embedded/index.ts'

/** The database that all contestants read: the sample store in a PostgreSQL of our own. */
export interface Store {
  /** As the superuser. */
  readonly url: string
  /** Process id of the postmaster. */
  readonly pid: number
  /** For instance `18.4`. */
  readonly version: string
  stop(): Promise<void>
}

const STORE_FOLDER = fileURLToPath(new URL('../../backend/sample/store/', import.meta.url))

/** Larger than the store, so that no read goes to the disk; nothing else of PostgreSQL works meanwhile. */
const SETTINGS = {
  shared_buffers: '512MB',
  max_connections: '100',
  autovacuum: 'off',
  fsync: 'off',
  // Counts nothing until a question asks for it.
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'none',
}

/**
 * Starts PostgreSQL and loads the store. The data is kept among the temporary files, by the hash of the store's SQL:
 * the next run begins at once.
 */
export async function startStore(): Promise<Store> {
  const files = readdirSync(STORE_FOLDER)
    .filter(name => name.endsWith('.sql'))
    .sort()
  const scripts = files.map(name => readFileSync(join(STORE_FOLDER, name), 'utf8'))
  const hash = createHash('sha256').update(scripts.join('\0')).digest('hex').slice(0, 12)
  const dataDir = join(tmpdir(), `s-tier-benchmark-${hash}`)
  const server = await startEmbedded({ dataDir, settings: SETTINGS, onProgress: console.log })
  try {
    const url = new URL(server.url)
    url.pathname = '/store'
    await ensureLoaded(server.url, url.href, scripts)
    const [row] = await query<{ version: string }>(url.href, `show server_version`)
    const version = Object.values(row ?? {})[0] ?? ''
    return { url: url.href, pid: server.pid, version, stop: () => server.stop() }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** One statement on a connection of its own. */
export async function query<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
): Promise<readonly Row[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

/** A database gets its final name when it is complete: what an interrupted run leaves is made anew. */
async function ensureLoaded(admin: string, url: string, scripts: readonly string[]): Promise<void> {
  const found = await query(admin, `select from pg_database where datname = 'store'`)
  if (found.length > 0) return
  console.log('Loading the sample store …')
  await query(admin, 'drop database if exists draft')
  await query(admin, 'create database draft')
  const draft = new URL(url)
  draft.pathname = '/draft'
  for (const script of scripts) await query(draft.href, script)
  await query(draft.href, 'vacuum (freeze, analyze)')
  await query(admin, 'alter database draft rename to store')
}
