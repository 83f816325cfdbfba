import { rmSync } from 'node:fs'
import pg from 'pg'
import { type EmbeddedServer, startEmbedded } from '../../src/cli/embedded/index.ts'
import { conninfo, copyCluster } from './cluster-copy.ts'
import { guardProcess } from './process-guard.ts'
import { killServer, signalServer } from './server-processes.ts'

/**
 * Commits are written before they are answered, so that killing processes loses none; only a loss of power would. Standbys look for
 * their primary again at once, and WAL is kept long enough that they need no slots.
 */
const SETTINGS = {
  fsync: 'off',
  shared_buffers: '32MB',
  max_connections: '200',
  wal_level: 'logical',
  wal_keep_size: '512MB',
  wal_retrieve_retry_interval: '100ms',
  wal_receiver_status_interval: '1s',
}
const QUERY_MS = 10_000
const CATCH_UP_MS = 30_000

/** One PostgreSQL server of a replicated cluster. */
export interface ReplicatedNode {
  readonly name: string
  readonly port: number
  /** As the superuser `postgres`, to the database `postgres`. */
  readonly url: string
  /** The same as `authenticator`, the role that the server logs in as. */
  readonly authenticatorUrl: string
  /** One statement as the superuser, on a connection of its own. Gives up after 10 s, for the server may be frozen. */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<Row[]>
  /** All its processes at once (SIGKILL). */
  kill(): Promise<void>
  /** As an administrator does: what is open is rolled back. Thaws it first. */
  stop(): Promise<void>
  /** After `kill` or `stop`: as what it was, on the same port. A former primary comes back as one that takes writes. */
  start(): Promise<void>
  /** Resolves when it takes writes. */
  promote(): Promise<void>
  /** What arrives is kept and not shown: the standby falls behind. */
  pauseReplay(): Promise<void>
  resumeReplay(): Promise<void>
  /** All its processes (SIGSTOP): connections stay, new ones are taken, nobody answers. */
  freeze(): void
  thaw(): void
  /** A primary's end of the flushed WAL, a standby's end of what it has replayed. */
  lsn(): Promise<bigint>
  /** Resolves when it has replayed that far. */
  caughtUp(lsn: bigint): Promise<void>
  /** Makes this standby receive from another node, as a cluster manager does after a failover. */
  follow(primary: ReplicatedNode): Promise<void>
}

export interface OwnedNode extends ReplicatedNode {
  readonly dataDir: string
  /** Throws its data away and makes it a standby of another node. */
  cloneFrom(source: OwnedNode): Promise<void>
}

export interface NodeSetup {
  readonly name: string
  readonly port: number
  readonly folder: string
  readonly binDir: string | undefined
  /** Besides those that all nodes have, or instead of them. */
  readonly settings?: Readonly<Record<string, string>>
}

/** Starts nothing yet. The first `start` of a node that was not cloned makes a new cluster. */
export function createNode({ name, port, folder, binDir, settings }: NodeSetup): OwnedNode {
  const dataDir = `${folder}/${name}`
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  let server: EmbeddedServer | undefined
  let release = (): void => undefined

  async function start(): Promise<void> {
    if (server !== undefined) return
    server = await startEmbedded({ dataDir, port, binDir, settings: { ...SETTINGS, ...settings } })
    release = guardProcess(server.pid, folder)
  }

  async function ended(): Promise<void> {
    await server?.stop()
    server = undefined
    release()
  }

  async function kill(): Promise<void> {
    if (server === undefined) return
    await killServer(server.pid, dataDir)
    await ended()
  }

  function signalAll(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (server !== undefined) signalServer(server.pid, signal)
  }

  async function query<Row extends pg.QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<Row[]> {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: QUERY_MS,
      query_timeout: QUERY_MS,
    })
    client.on('error', () => undefined) // The query rejects.
    await client.connect()
    try {
      return (await client.query<Row>(text, values)).rows
    } finally {
      void client.end().catch(() => undefined)
    }
  }

  const lsn = async (): Promise<bigint> => {
    const [row] = await query<{ lsn: string }>(LSN)
    return BigInt(row?.lsn ?? 0)
  }
  const run = async (text: string): Promise<void> => {
    await query(text)
  }
  return {
    name,
    port,
    url,
    authenticatorUrl: url.replace('postgres@', 'authenticator@'),
    dataDir,
    query,
    kill,
    async stop() {
      signalAll('SIGCONT')
      await ended()
    },
    start,
    promote: () => run('select pg_promote(wait => true)'),
    pauseReplay: () => run('select pg_wal_replay_pause()'),
    resumeReplay: () => run('select pg_wal_replay_resume()'),
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    lsn,
    async caughtUp(wanted) {
      const until = Date.now() + CATCH_UP_MS
      while ((await lsn()) < wanted) {
        if (Date.now() > until) throw new Error(`${name} does not catch up with its primary`)
        await new Promise(done => setTimeout(done, 10))
      }
    },
    async follow(primary) {
      await run(`alter system set primary_conninfo = '${conninfo(primary.port, name)}'`)
      await run('select pg_reload_conf()')
    },
    async cloneFrom(source) {
      await kill()
      rmSync(dataDir, { recursive: true, force: true })
      await copyCluster(source, [{ name, dataDir }])
      await start()
    },
  }
}

const LSN = `select (case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
  else pg_current_wal_flush_lsn() end - '0/0')::text as lsn`
