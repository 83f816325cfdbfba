import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { accountFor } from '../../src/cli/embedded/account.ts'
import { findBinaries } from '../../src/cli/embedded/binaries.ts'
import { prepareCluster } from '../../src/cli/embedded/cluster.ts'
import { runServer, stopServer } from '../../src/cli/embedded/server-process.ts'
import { freePort } from '../support/free-port.ts'
import { guardProcess } from '../support/process-guard.ts'

const MEMBER = fileURLToPath(new URL('member.ts', import.meta.url))
const SAMPLE_EVERY_MS = 25

export interface SmallServer {
  /** As the superuser, for whom PostgreSQL keeps connections. */
  readonly url: string
  /** As an ordinary role. */
  readonly memberUrl: string
  /** How often the log names an SQLSTATE. */
  logged(sqlState: string): number
  stop(): Promise<void>
}

/** A server of its own with few connections, whose log is read. */
export async function startSmallServer(connectionsMax: number): Promise<SmallServer> {
  const folder = mkdtempSync(join(tmpdir(), 's-tier-fleet-'))
  chmodSync(folder, 0o755)
  const dataDir = join(folder, 'data')
  const account = accountFor(dataDir)
  const binDir = process.env['STIER_TEST_PG_BIN']
  const binaries = findBinaries({ binDir, account, onProgress: () => undefined })
  prepareCluster(dataDir, binaries, account, () => undefined)
  const port = await freePort()
  const settings = {
    fsync: 'off',
    max_connections: String(connectionsMax),
    log_line_prefix: 'SQLSTATE %e ',
  }
  const child = await runServer({ postgres: binaries.postgres, dataDir, port, account, settings })
  const release = guardProcess(child.pid ?? 0, folder)
  let log = ''
  child.stderr?.on('data', (text: string) => {
    log += text
  })
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const client = new pg.Client(url)
  await client.connect()
  await client.query('create role member login')
  await client.end()
  return {
    url,
    memberUrl: url.replace('postgres@', 'member@'),
    logged: sqlState => log.split(`SQLSTATE ${sqlState} `).length - 1,
    async stop() {
      await stopServer(child)
      release()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface Told {
  readonly served: number
  readonly limit: number
  readonly errors: Readonly<Record<string, number>>
  /** For whoever has to find out why it does not. */
  readonly pool?: Readonly<Record<string, number>>
}

export interface Member {
  /** The last it said. */
  readonly told: Told
  readonly log: string
  kill(): Promise<void>
  /** Lets it finish what it does. Resolves with its exit code. */
  stop(): Promise<number | null>
}

/** Starts one process of the fleet. */
export function startMember(url: string): Member {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MEMBER, url], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const release = guardProcess(child.pid ?? 0, join(tmpdir(), 's-tier-no-folder'))
  child.once('exit', release)
  let told: Told = { served: 0, limit: 0, errors: {} }
  let log = ''
  createInterface({ input: child.stdout }).on('line', line => {
    told = JSON.parse(line) as Told
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  return {
    get told() {
      return told
    },
    get log() {
      return log
    },
    async kill() {
      await ended(child, 'SIGKILL')
    },
    stop: () => ended(child, 'SIGTERM'),
  }
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
  return child.exitCode
}

export interface Watch {
  /** The most connections seen at one moment: of pools, and of all members. */
  readonly most: { pools: number; members: number }
  readonly samples: number
  stop(): Promise<void>
}

/** Counts the connections there are, again and again. */
export async function watchConnections(url: string): Promise<Watch> {
  const client = new pg.Client(url)
  await client.connect()
  const most = { pools: 0, members: 0 }
  let samples = 0
  let isStopped = false
  async function watch(): Promise<void> {
    while (!isStopped) {
      const { rows } = await client.query<{ pools: number; members: number }>(COUNT)
      most.pools = Math.max(most.pools, rows[0]?.pools ?? 0)
      most.members = Math.max(most.members, rows[0]?.members ?? 0)
      samples++
      await new Promise(done => setTimeout(done, SAMPLE_EVERY_MS))
    }
  }
  const watching = watch()
  return {
    most,
    get samples() {
      return samples
    },
    async stop() {
      isStopped = true
      await watching
      await client.end()
    },
  }
}

const COUNT = `
  select count(*) filter (where application_name = 'fleet-pool')::int as pools,
         count(*)::int as members
  from pg_stat_activity where usename = 'member'`
