import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { type ReplicatedNode, startReplicated } from './replicated.ts'

/** A server of one's own whose log can be read, and limited in what slots may keep: theirs are few, and shared by a whole cluster. */
export interface LogicalServer {
  readonly node: ReplicatedNode
  /** A new database on it. */
  createDatabase(sql?: string): Promise<LogicalDatabase>
  stop(): Promise<void>
}

export interface LogicalDatabase {
  readonly url: string
  /** A name for a slot or a publication that nobody else has. */
  readonly name: string
  /** Runs one statement as the superuser and returns its rows. */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>
  /** A connection of its own, for a transaction; ended with the server. Default: as the superuser. */
  client(user?: string): Promise<pg.Client>
  /** A connection for replication that is not open yet. */
  connect(to?: { readonly port?: number; readonly user?: string }): pg.Client
}

const SETTINGS = { wal_keep_size: '0', max_replication_slots: '40', max_wal_senders: '40' }

export async function startLogical(): Promise<LogicalServer> {
  const cluster = await startReplicated({ standbys: 0, settings: SETTINGS })
  const node = cluster.primary
  await node.query(`alter system set max_slot_wal_keep_size = '4GB'`)
  await node.query('select pg_reload_conf()')
  const ends: (() => Promise<unknown>)[] = []
  async function createDatabase(sql?: string): Promise<LogicalDatabase> {
    const name = `log_${randomBytes(6).toString('hex')}`
    await node.query(`create database ${name} template template0 strategy file_copy`)
    const url = new URL(node.url)
    url.pathname = `/${name}`
    const urlOf = ({ port = node.port, user = 'postgres' }): string => {
      const place = new URL(url)
      place.port = String(port)
      place.username = user
      return place.href
    }
    const pool = new pg.Pool({ connectionString: url.href, max: 4, allowExitOnIdle: true })
    pool.on('error', () => undefined) // The server may be stopped, or killed.
    ends.push(() => pool.end())
    const database: LogicalDatabase = {
      url: url.href,
      name,
      async query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]) {
        return (await pool.query<Row>(text, values && [...values])).rows
      },
      async client(user = 'postgres') {
        const client = new pg.Client(urlOf({ user }))
        client.on('error', () => undefined)
        await client.connect()
        ends.push(() => client.end())
        return client
      },
      connect(to = {}) {
        const config = { connectionString: urlOf(to), replication: 'database' } // Not in the types.
        return new pg.Client(config)
      },
    }
    if (sql !== undefined) await database.query(sql)
    return database
  }

  return {
    node,
    createDatabase,
    async stop() {
      await Promise.all(ends.map(end => end().catch(() => undefined)))
      await cluster.stop()
    },
  }
}
