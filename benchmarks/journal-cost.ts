// `npm run journal-cost -w @s-tier/benchmarks`: what a journal costs those who write. The same statements on a table with and one
// without, 16 writers, `synchronous_commit` on, in turns; and large statements by one writer.
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { enableJournal } from '../backend/src/capabilities/events/index.ts'
import * as parts from '../backend/src/capabilities/schema/index.ts'
import { startEmbedded } from '../backend/src/cli/embedded/index.ts'
import { cpuModel, currentCommit, saveResult } from './harness/report.ts'

const ROUNDS = 4
const ROUND_MS = 2_000
const ROWS = 50_000
/** Of what the bare table does. The mean of the statements of one row must reach the first, none may miss the second. */
const BAR = 0.65
const FLOOR = 0.5

interface Work {
  readonly title: string
  readonly writers: number
  /** `$1` is a random row; the table is `?`. */
  readonly text: string
}

const ROW = `'a name of some length', now(), 12.50, '{"colour": "red"}'`
const WORKS: readonly Work[] = [
  {
    title: 'insert, 1 row',
    writers: 16,
    text: `insert into ? (name, at, price, more) values (${ROW})`,
  },
  { title: 'update, 1 row', writers: 16, text: `update ? set price = price + 1 where id = $1` },
  {
    title: 'insert, 1,000 rows',
    writers: 1,
    text: `insert into ? (name, at, price, more) select ${ROW} from generate_series(1, 1000)`,
  },
  {
    title: 'update, 1,000 rows',
    writers: 1,
    text: `update ? set price = price + 1 where id between $1 and $1 + 999`,
  },
]

const folder = mkdtempSync(join(tmpdir(), 's-tier-journal-'))
chmodSync(folder, 0o755) // PostgreSQL may run as another user.
const server = await startEmbedded({
  dataDir: join(folder, 'data'),
  settings: { max_wal_size: '4GB' },
})
try {
  await withClients(1, async ([client]) => client && prepare(client))
  const measured: Measured[] = []
  for (const work of WORKS) measured.push(await measure(work))
  report(measured)
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function prepare(client: pg.Client): Promise<void> {
  for (const table of ['bare', 'journaled']) {
    await client.query(`create table ${table} (
      id bigint generated always as identity primary key, name text, at timestamptz, price numeric, more jsonb)`)
    await client.query(
      `insert into ${table} (name, at, price, more) select ${ROW} from generate_series(1, ${ROWS})`,
    )
  }
  await client.query('vacuum analyze')
  const session = {
    query: async (text: string, values?: readonly unknown[]) =>
      (await client.query<Record<string, unknown>>(text, values && [...values])).rows,
  }
  await enableJournal(session, { parts, tables: ['journaled'] })
}

interface Rate {
  /** Statements a second. */
  readonly rate: number
  /** Processor time of the server's processes for one, in microseconds; what else the machine does counts little. */
  readonly cpuUs: number
}

interface Measured {
  readonly title: string
  readonly writers: number
  /** A round each. */
  readonly bare: readonly Rate[]
  readonly journaled: readonly Rate[]
}

/** Rounds in turns, so that what else the machine does falls on both. The first of each warms up. */
function measure({ title, writers, text }: Work): Promise<Measured> {
  return withClients(writers, async clients => {
    const bare: Rate[] = []
    const journaled: Rate[] = []
    const processes = await Promise.all(clients.map(processOf))
    for (let round = 0; round <= ROUNDS; round++) {
      const [first, second] = [
        await rate(clients, processes, text.replaceAll('?', 'bare')),
        await rate(clients, processes, text.replaceAll('?', 'journaled')),
      ]
      if (round === 0) continue
      bare.push(first)
      journaled.push(second)
    }
    return { title, writers, bare, journaled }
  })
}

async function processOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid ?? 0
}

/** Linux alone tells it: the first number is nanoseconds on a processor. NaN elsewhere. */
function cpuUs(processes: readonly number[]): number {
  try {
    const times = processes.map(id =>
      Number(readFileSync(`/proc/${id}/schedstat`, 'utf8').split(' ')[0]),
    )
    return times.reduce((sum, time) => sum + time, 0) / 1_000
  } catch {
    return Number.NaN
  }
}

async function rate(
  clients: readonly pg.Client[],
  processes: readonly number[],
  text: string,
): Promise<Rate> {
  const [start, before] = [performance.now(), cpuUs(processes)]
  const name = `w${text.length}${text.includes('journaled') ? 'j' : 'b'}`
  const needsRow = text.includes('$1')
  let statements = 0
  await Promise.all(
    clients.map(async client => {
      while (performance.now() - start < ROUND_MS) {
        const values = needsRow ? [1 + Math.floor(Math.random() * (ROWS - 1_000))] : []
        await client.query({ name, text, values })
        statements++
      }
    }),
  )
  return {
    rate: (statements * 1_000) / (performance.now() - start),
    cpuUs: (cpuUs(processes) - before) / statements,
  }
}

async function withClients<T>(
  count: number,
  work: (clients: readonly pg.Client[]) => Promise<T>,
): Promise<T> {
  const clients = Array.from({ length: count }, () => new pg.Client(server.url))
  await Promise.all(clients.map(client => client.connect()))
  try {
    return await work(clients)
  } finally {
    await Promise.all(clients.map(client => client.end()))
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

function report(measured: readonly Measured[]): void {
  const lines = measured.map(({ title, writers, bare, journaled }) => {
    const [without, beside] = [bare, journaled].map(rounds => ({
      rate: median(rounds.map(round => round.rate)),
      cpuUs: median(rounds.map(round => round.cpuUs)),
    }))
    const ratio = (beside?.rate ?? 0) / (without?.rate ?? 0)
    return { title, writers, without, beside, ratio, bar: writers === 16 ? BAR : FLOOR }
  })
  for (const { title, writers, without, beside, ratio, bar } of lines) {
    const figures = [without, beside].map(
      each =>
        `${each?.rate.toFixed(0).padStart(6)}/s (CPU ${each?.cpuUs.toFixed(0).padStart(6)} µs)`,
    )
    console.log(
      `${title.padEnd(19)} ${String(writers).padStart(2)} writers  bare ${figures.join('  journaled ')}  ` +
        `${ratio.toFixed(2)}×  bar ${bar}×  ${ratio >= bar ? 'met' : 'MISSED'}`,
    )
  }
  const path = saveResult({
    ...{ question: 'journal-cost', date: new Date().toISOString(), commit: currentCommit() },
    ...{ node: process.version, cpu: cpuModel(), load: loadavg()[0], rounds: ROUNDS },
    ...{ roundMs: ROUND_MS, lines, measured },
  })
  console.log(`Raw figures: ${path}`)
  if (lines.some(({ ratio, bar }) => ratio < bar)) process.exitCode = 1
}
