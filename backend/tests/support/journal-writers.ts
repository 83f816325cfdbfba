import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import pg from 'pg'

export interface WritersSetup {
  readonly url: string
  readonly writers: number
  /** The writers end when so many rows have been committed. */
  readonly rows: number
  /** From 0 to 1. */
  readonly random: () => number
  readonly delayMsMax: number
}

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** Writers in `thing (id, note)` that wait at random places, roll back to savepoints and altogether, and are terminated now and then. */
export async function writeAtRandom(setup: WritersSetup): Promise<void> {
  const { url, writers, random } = setup
  const state = { committed: 0, nextId: 1 }
  const isDone = (): boolean => state.committed >= setup.rows
  async function write(): Promise<void> {
    while (!isDone()) {
      const client = new pg.Client({ connectionString: url, application_name: 'journal-writer' })
      client.on('error', () => undefined)
      try {
        await client.connect()
        while (!isDone()) {
          const rows = await transaction(client, setup, () => state.nextId++)
          state.committed += rows
        }
      } catch {
        await pause(5 * random()) // Terminated: it comes again.
      } finally {
        await client.end().catch(() => undefined)
      }
    }
  }
  async function terminate(): Promise<void> {
    const client = new pg.Client(url)
    await client.connect()
    while (!isDone()) {
      await pause(100 + 200 * random())
      await client.query(TERMINATE)
    }
    await client.end()
  }
  await Promise.all([terminate(), ...Array.from({ length: writers }, write)])
}

const TERMINATE = `select pg_terminate_backend(pid) from pg_stat_activity
  where application_name = 'journal-writer' and datname = current_database() order by random() limit 1`

/** Answers how many rows it has committed. */
async function transaction(
  client: pg.Client,
  { random, delayMsMax }: WritersSetup,
  nextId: () => number,
): Promise<number> {
  let rows = 0
  const insert = async (): Promise<void> => {
    const count = 1 + Math.floor(3 * random())
    const ids = Array.from({ length: count }, nextId)
    await client.query(`insert into thing select unnest($1::bigint[]), 'x'`, [ids])
    rows += count
    if (random() < 0.5) await pause(delayMsMax * random())
  }
  if (random() < 0.3) {
    await insert() // By itself.
    return rows
  }
  await client.query('begin')
  await insert()
  await client.query('savepoint s')
  const before = rows
  await insert()
  if (random() < 0.3) {
    await client.query('rollback to s')
    rows = before
  }
  await insert()
  if (random() < 0.2) {
    await client.query('rollback')
    return 0
  }
  await client.query('commit')
  return rows
}

/** A process that writes in open transactions until it is killed, as a machine that loses its power. */
export interface WriterProcess {
  /** SIGKILL, in the middle of whatever it does. */
  kill(): Promise<void>
}

/** Each has its own range of ids, far from those of others. */
export async function startWriterProcess(url: string, firstId: number): Promise<WriterProcess> {
  const child: ChildProcess = spawn(process.execPath, ['-e', SCRIPT, url, String(firstId)], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  if (child.stdout !== null) await once(child.stdout, 'data') // It has committed something.
  return {
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

const SCRIPT = `
const { Client } = require('pg')
const [url, first] = process.argv.slice(1)
const client = new Client(url)
const pause = ms => new Promise(resolve => setTimeout(resolve, ms))
async function main() {
  await client.connect()
  for (let id = Number(first); ; ) {
    await client.query('begin')
    for (let count = 0; count < 3; count++) {
      await client.query('insert into thing values ($1, $2)', [id++, 'process'])
      await pause(3 * Math.random())
    }
    await client.query('commit')
    process.stdout.write('.')
  }
}
main()
`
