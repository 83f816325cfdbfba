// `npm run journal-sources -w @s-tier/benchmarks`: the journal's two sources side by side. How long after a commit its event is with a
// consumer, how many single inserts 16 writers commit beside it, and how many events a second are read of one huge transaction.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import {
  createPublication,
  createReader,
  createSlot,
  createTableSource,
  createWalSource,
  enableJournal,
  type JournalEvent,
  type JournalSource,
} from '../backend/src/capabilities/events/index.ts'
import * as parts from '../backend/src/capabilities/schema/index.ts'
import { startEmbedded } from '../backend/src/cli/embedded/index.ts'
import { interleave } from './harness/interleave.ts'
import { cpuModel, currentCommit, saveResult } from './harness/report.ts'
import { median, percentile } from './harness/statistics.ts'

const WRITERS = 16
const ROUNDS = Number(process.env['STIER_BENCH_ROUNDS'] ?? 3)
const COMMITS = Number(process.env['STIER_BENCH_COMMITS'] ?? 4_000)
const HUGE_ROWS = 100_000

interface Measured {
  /** From the moment when the commit was answered; before it counts as 0. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** From the moment when the write was sent. */
  readonly sentP50Ms: number
  readonly ackP50Ms: number
  readonly commitsPerSecond: number
  readonly eventsPerSecond: number
}

const folder = mkdtempSync(join(tmpdir(), 's-tier-sources-'))
chmodSync(folder, 0o755) // PostgreSQL may run as another user.
const server = await startEmbedded({
  dataDir: join(folder, 'data'),
  settings: { wal_level: 'logical', max_wal_size: '4GB', max_slot_wal_keep_size: '8GB' },
})
const pool = new pg.Pool({ connectionString: server.url, max: WRITERS + 4 })
pool.on('error', () => undefined) // When the server stops.
const database = {
  query: async (text: string, values?: readonly unknown[]) =>
    (await pool.query<Record<string, unknown>>(text, values && [...values])).rows,
}
const sources: Readonly<Record<string, () => JournalSource>> = {
  by_table: () => createTableSource({ database }),
  by_log: () =>
    createWalSource({
      connect() {
        const config = { connectionString: server.url, replication: 'database' }
        return new pg.Client(config)
      },
      ...{ database, slot: 'bench', publication: 'bench', acknowledgeBy: 'reading' },
    }),
}
let nextId = 1
try {
  await prepare()
  const rounds = await interleave(Object.keys(sources), ROUNDS, measure)
  report(new Map([...rounds].map(([name, all]) => [name, middleOf(all)])))
} finally {
  await pool.end()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function prepare(): Promise<void> {
  const client = new pg.Client(server.url)
  await client.connect()
  const session = {
    query: async (text: string, values?: readonly unknown[]) =>
      (await client.query<Record<string, unknown>>(text, values && [...values])).rows,
  }
  for (const table of Object.keys(sources)) {
    await session.query(
      `create table ${table} (id bigint primary key, name text, at timestamptz, price numeric)`,
    )
  }
  await enableJournal(session, { parts, tables: ['public.by_table'] })
  await createPublication(session, 'bench', [{ schema: 'public', table: 'by_log' }])
  await createSlot(session, 'bench')
  await client.end()
}

async function measure(table: string): Promise<Measured> {
  const sent = new Map<string, number>()
  const answered = new Map<string, number>()
  const arrived = new Map<string, number>()
  let events = 0
  const onEvents = (batch: readonly JournalEvent[]): void => {
    const now = performance.now()
    events += batch.length
    for (const event of batch) arrived.set(event.key?.['id'] ?? '', now)
  }
  const source = (sources[table] as () => JournalSource)()
  const reader = createReader({ source, from: 'head', onEvents })
  reader.start()
  await until(() => reader.cursor !== undefined)
  await pool.query(insertInto(table), [String(nextId++)]) // Once it is there, what was written before has been gone over.
  await until(() => arrived.size > 0)
  arrived.clear()
  const begin = performance.now()
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      for (let count = 0; count < COMMITS / WRITERS; count++) {
        const id = String(nextId++)
        sent.set(id, performance.now())
        await pool.query({ name: table, text: insertInto(table), values: [id] })
        answered.set(id, performance.now())
        reader.wake() // As whoever commits can.
        await pause(20 * Math.random())
      }
    }),
  )
  const seconds = (performance.now() - begin) / 1_000
  await until(() => arrived.size >= sent.size)
  const acks = waits(sent, answered)
  const eventsPerSecond = await readHuge(table, () => events)
  await reader.stop()
  await source.close()
  return {
    p50Ms: percentile(waits(answered, arrived), 0.5),
    p99Ms: percentile(waits(answered, arrived), 0.99),
    sentP50Ms: percentile(waits(sent, arrived), 0.5),
    ackP50Ms: percentile(acks, 0.5),
    commitsPerSecond: sent.size / seconds,
    eventsPerSecond,
  }
}

type Times = ReadonlyMap<string, number>

/** In milliseconds, the shortest first; what came before counts as 0. */
function waits(from: Times, to: Times): readonly number[] {
  const each = [...from].map(([id, at]) => Math.max(0, (to.get(id) ?? Infinity) - at))
  return each.sort((one, other) => one - other)
}

function insertInto(table: string): string {
  return `insert into ${table} values ($1, 'a name of some length', now(), 12.50)`
}

/** From the commit on. */
async function readHuge(table: string, events: () => number): Promise<number> {
  const before = events()
  const first = nextId
  nextId += HUGE_ROWS
  await pool.query(
    `insert into ${table} select i, 'a name of some length', now(), 12.50 from generate_series($1::int, $2::int) i`,
    [first, nextId - 1],
  )
  const begin = performance.now()
  await until(() => events() - before >= HUGE_ROWS)
  return HUGE_ROWS / ((performance.now() - begin) / 1_000)
}

/** Of each figure the median of its rounds. */
function middleOf(rounds: readonly Measured[]): Measured {
  const middle = (of: keyof Measured) => median(rounds.map(round => round[of]))
  return {
    p50Ms: middle('p50Ms'),
    p99Ms: middle('p99Ms'),
    sentP50Ms: middle('sentP50Ms'),
    ackP50Ms: middle('ackP50Ms'),
    commitsPerSecond: middle('commitsPerSecond'),
    eventsPerSecond: middle('eventsPerSecond'),
  }
}

function report(measured: ReadonlyMap<string, Measured>): void {
  for (const [name, each] of measured) {
    const latency = `commit to consumer p50 ${each.p50Ms.toFixed(1)} ms, p99 ${each.p99Ms.toFixed(1)} ms`
    const sent = `sent to consumer p50 ${each.sentP50Ms.toFixed(1)} ms (to its answer ${each.ackP50Ms.toFixed(1)} ms)`
    console.log(
      `${name.padEnd(9)} ${latency}; ${sent}; ${each.commitsPerSecond.toFixed(0)} commits/s; ` +
        `a huge transaction at ${each.eventsPerSecond.toFixed(0)} events/s`,
    )
  }
  const path = saveResult({
    ...{ question: 'journal-sources', date: new Date().toISOString(), commit: currentCommit() },
    ...{ node: process.version, cpu: cpuModel(), measured: Object.fromEntries(measured) },
  })
  console.log(`Raw figures: ${path}`)
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(2)
}
