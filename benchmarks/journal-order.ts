// `npm run journal-order -w @s-tier/benchmarks`: how long after a commit its event is with a consumer, when the reader is woken by it
// and when it finds it by itself; and how many events a reader reads in a second.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import {
  BEGINNING,
  createReader,
  createTableSource,
  enableJournal,
  type JournalEvent,
  type Reader,
  type ReaderSetup,
} from '../backend/src/capabilities/events/index.ts'
import * as parts from '../backend/src/capabilities/schema/index.ts'
import { startEmbedded } from '../backend/src/cli/embedded/index.ts'
import { cpuModel, currentCommit, saveResult } from './harness/report.ts'

const EVENTS = 200_000
/** From commit to consumer with 16 writers, 99 of 100; the page on event sourcing has it. */
const BAR_MS = 50

interface Work {
  readonly title: string
  readonly writers: number
  readonly commits: number
  /** Between two commits of a writer, by chance up to twice as long. */
  readonly gapMs: number
  readonly isWoken: boolean
}

const WORKS: readonly Work[] = [
  { title: 'woken, 1 writer, 100/s', writers: 1, commits: 1_000, gapMs: 10, isWoken: true },
  { title: 'woken, 16 writers, 800/s', writers: 16, commits: 8_000, gapMs: 20, isWoken: true },
  { title: 'woken, 16 writers, full', writers: 16, commits: 20_000, gapMs: 0, isWoken: true },
  { title: 'swept, 16 writers, 800/s', writers: 16, commits: 8_000, gapMs: 20, isWoken: false },
  { title: 'swept, 1 writer, 2/s', writers: 1, commits: 60, gapMs: 500, isWoken: false },
]

let nextId = 1

const folder = mkdtempSync(join(tmpdir(), 's-tier-order-'))
chmodSync(folder, 0o755) // PostgreSQL may run as another user.
const server = await startEmbedded({
  dataDir: join(folder, 'data'),
  settings: { max_wal_size: '4GB' },
})
const pool = new pg.Pool({ connectionString: server.url, max: 20 })
const database = {
  query: async (text: string, values?: readonly unknown[]) =>
    (await pool.query<Record<string, unknown>>(text, values && [...values])).rows,
}
try {
  await prepare()
  const measured: Measured[] = []
  for (const work of WORKS) measured.push(await measure(work))
  report(measured, await readAll())
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
  await session.query(
    'create table thing (id bigint primary key, name text, at timestamptz, price numeric)',
  )
  await enableJournal(session, { parts, tables: ['public.thing'] })
  await client.end()
}

function start(setup: Pick<ReaderSetup, 'from' | 'onEvents'>): Reader {
  const reader = createReader({ source: createTableSource({ database }), ...setup })
  reader.start()
  return reader
}

interface Measured {
  readonly title: string
  readonly commitsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

async function measure(work: Work): Promise<Measured> {
  const committed = new Map<string, number>()
  const arrived = new Map<string, number>()
  const onEvents = (events: readonly JournalEvent[]): void => {
    const now = performance.now()
    for (const event of events) arrived.set(event.key?.['id'] ?? '', now)
  }
  const reader = start({ from: 'head', onEvents })
  await until(() => reader.status().isCaughtUp)
  const begin = performance.now()
  await Promise.all(
    Array.from({ length: work.writers }, async () => {
      for (let count = 0; count < work.commits / work.writers; count++) {
        const id = nextId++
        await insert(id)
        committed.set(String(id), performance.now())
        if (work.isWoken) reader.wake()
        if (work.gapMs > 0) await pause(work.gapMs * 2 * Math.random())
      }
    }),
  )
  const seconds = (performance.now() - begin) / 1_000
  await until(() => arrived.size >= committed.size)
  await reader.stop()
  const waits = [...committed].map(([id, at]) => Math.max(0, (arrived.get(id) ?? Infinity) - at))
  waits.sort((one, other) => one - other)
  const at = (share: number) => waits[Math.floor(share * (waits.length - 1))] ?? Number.NaN
  const commitsPerSecond = committed.size / seconds
  return { title: work.title, commitsPerSecond, p50Ms: at(0.5), p99Ms: at(0.99) }
}

function insert(id: number): Promise<unknown> {
  return pool.query({
    name: 'insert',
    text: `insert into thing values ($1, 'a name of some length', now(), 12.50)`,
    values: [id],
  })
}

/** Events a second, of a backlog. */
async function readAll(): Promise<number> {
  await pool.query(
    `insert into thing select 1000000000 + i, 'a name of some length', now(), 12.50 from generate_series(1, $1::int) i`,
    [EVENTS],
  )
  await pool.query('vacuum analyze s_tier.journal')
  let events = 0
  const begin = performance.now()
  const reader = start({ from: BEGINNING, onEvents: batch => void (events += batch.length) })
  await until(() => events >= EVENTS + nextId - 1)
  const seconds = (performance.now() - begin) / 1_000
  await reader.stop()
  return events / seconds
}

function report(measured: readonly Measured[], eventsPerSecond: number): void {
  for (const { title, commitsPerSecond, p50Ms, p99Ms } of measured) {
    const rate = commitsPerSecond.toFixed(0).padStart(6)
    console.log(
      `${title.padEnd(26)} ${rate} commits/s  commit to consumer p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`,
    )
  }
  console.log(`a backlog is read at ${eventsPerSecond.toFixed(0)} events/s`)
  const isMet = measured.every(({ title, p99Ms }) => !title.startsWith('woken') || p99Ms <= BAR_MS)
  console.log(`bar: woken, p99 ${BAR_MS} ms  ${isMet ? 'met' : 'MISSED'}`)
  const path = saveResult({
    ...{ question: 'journal-order', date: new Date().toISOString(), commit: currentCommit() },
    ...{ node: process.version, cpu: cpuModel(), measured, eventsPerSecond },
  })
  console.log(`Raw figures: ${path}`)
  if (!isMet) process.exitCode = 1
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(2)
}
