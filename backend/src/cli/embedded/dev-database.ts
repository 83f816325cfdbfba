import { enableJournal, journalAccess } from '../../capabilities/events/index.ts'
import { createPool, parseTarget } from '../../capabilities/pool/index.ts'
import * as parts from '../../capabilities/schema/index.ts'
import { devDataDirectory } from './dev-directory.ts'
import { removeCluster } from './lock.ts'
import { loadSampleStore } from './sample-store.ts'
import { type EmbeddedServer, startEmbedded } from './start.ts'

export interface DevDatabaseOptions {
  /** Where the data lives, in its folder `postgres`. */
  readonly directory: string
  /** Throw away what is there. */
  readonly reset: boolean
  /** Hears a line for each step that takes a while. */
  readonly report: (line: string) => void
  /** The size of the sample store. Default 1. */
  readonly scale?: number
  /** As `EmbeddedOptions.binDir`. */
  readonly binDir?: string | undefined
}

export interface DevDatabase {
  /** As `authenticator`, the role that the server logs in as. */
  readonly url: string
  /** As the superuser `postgres`. */
  readonly adminUrl: string
  /** The sample store was made just now. */
  readonly firstTime: boolean
  stop(): Promise<void>
}

const NAME = 'store'
/** Under this name until it is whole: an interrupted load leaves no half database behind. */
const DRAFT = 'store_draft'

/**
 * Starts the development cluster and makes the sample store in it, once. Fails as `startEmbedded` does; on any
 * failure the server is stopped.
 */
export async function startDevDatabase(options: DevDatabaseOptions): Promise<DevDatabase> {
  const { directory, reset, report, binDir } = options
  const dataDir = devDataDirectory(directory, report)
  if (reset) await removeCluster(dataDir)
  const settings = { wal_level: 'logical' } // For change capture, which needs it from the start.
  const server = await startEmbedded({ dataDir, binDir, settings, onProgress: report })
  try {
    const firstTime = await makeStore(server, options)
    return {
      url: urlOf(server, 'authenticator', NAME),
      adminUrl: urlOf(server, 'postgres', NAME),
      firstTime,
      stop: server.stop,
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function makeStore(
  server: EmbeddedServer,
  { report, scale = 1 }: DevDatabaseOptions,
): Promise<boolean> {
  return session(server, 'postgres', async query => {
    const found = await query(`select from pg_database where datname = '${NAME}'`)
    if (found.length > 0) {
      await session(server, NAME, renewJournal)
      return false
    }
    report('Making the sample store, once')
    await query(`drop database if exists ${DRAFT} with (force)`)
    await query(`create database ${DRAFT} template template0`)
    await session(server, DRAFT, async query => {
      await loadSampleStore(query, { scale, onProgress: report })
      await enableJournal({ query }, { parts, schemas: 'all', logins: ['authenticator'] })
    })
    await query(`alter database ${DRAFT} rename to ${NAME}`)
    return true
  })
}

/** An older journal tells too little to keep answers by it. One that somebody has removed stays away. */
async function renewJournal(query: Query): Promise<void> {
  if ((await journalAccess({ query })) !== 'outdated') return
  await enableJournal({ query }, { parts, tables: [], logins: ['authenticator'] })
}

type Query = (text: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>

/** One connection as the superuser, for as long as `work` takes. */
async function session<T>(
  server: EmbeddedServer,
  database: string,
  work: (query: Query) => Promise<T>,
): Promise<T> {
  const target = parseTarget(urlOf(server, 'postgres', database), {})
  const pool = createPool({ target, sizeMax: 1 })
  try {
    return await pool.use(connection => work((text, values) => connection.query(text, values)))
  } finally {
    await pool.end(0)
  }
}

function urlOf({ port }: EmbeddedServer, user: string, database: string): string {
  return `postgres://${user}@127.0.0.1:${port}/${database}`
}
