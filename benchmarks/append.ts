// `npm run append -w @s-tier/benchmarks`: how many domain events 16 writers append in a second, one an append, each commit on disk
// before it is answered. Beside it the floor, an insert into a plain table, and Emmett. Round by round each once. What a loaded machine
// does to the rates it does not do to the processor time of an append, of this process and of PostgreSQL together.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql'
import pg from 'pg'
import { createStreams, STREAMS_PART } from '../backend/src/capabilities/events/index.ts'
import { createPool, parseTarget } from '../backend/src/capabilities/pool/index.ts'
import { enablePart } from '../backend/src/capabilities/schema/index.ts'
import { startEmbedded } from '../backend/src/cli/embedded/index.ts'
import { interleave } from './harness/interleave.ts'
import { postgresCpuMicros } from './harness/cpu.ts'
import { cpuModel, currentCommit, saveResult } from './harness/report.ts'
import { median, percentile } from './harness/statistics.ts'

const WRITERS = 16
const ROUND_MS = Number(process.env['STIER_BENCH_ROUND_MS'] ?? 3_000)
const ROUNDS = Number(process.env['STIER_BENCH_ROUNDS'] ?? 5)
const BAR = 4_000
const DATA = { order: 4711, items: [{ sku: 'tent-2', count: 1, price: 249.5 }], note: 'ring twice' }
const SETTINGS = { shared_buffers: '256MB', max_connections: '200', synchronous_commit: 'on' }

interface Measured {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of an append; NaN where the operating system does not tell. */
  readonly cpuMicros: number
}

const EACH = 'S-Tier, a stream each, expected version'
const HOT = 'S-Tier, one stream for all'

/** One append of a writer. */
type Append = (writer: number) => Promise<unknown>

const folder = mkdtempSync(join(tmpdir(), 's-tier-append-'))
chmodSync(folder, 0o755) // PostgreSQL may run as another user.
const server = await startEmbedded({ dataDir: join(folder, 'data'), settings: SETTINGS })
const driver = new pg.Pool({ connectionString: server.url, max: WRITERS })
const pool = createPool({ target: parseTarget(server.url), sizeMin: WRITERS, sizeMax: WRITERS })
const emmett = getPostgreSQLEventStore(server.url)
try {
  await prepare()
  const contestants = contestantsOf()
  const rounds = await interleave([...contestants.keys()], ROUNDS, name =>
    measure(contestants.get(name) as Append),
  )
  report(new Map([...rounds].map(([name, all]) => [name, middleOf(all)])))
} finally {
  await emmett.close()
  await Promise.all([driver.end(), pool.end(1_000)])
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function prepare(): Promise<void> {
  const client = new pg.Client(server.url)
  await client.connect()
  const query = async (text: string, values?: readonly unknown[]) =>
    (await client.query<Record<string, unknown>>(text, values && [...values])).rows
  await enablePart({ query }, STREAMS_PART, [])
  await client.query(`create table floor (
    id bigint generated always as identity primary key, stream text not null, data jsonb not null)`)
  await emmett.schema.migrate()
  await client.end()
}

function contestantsOf(): ReadonlyMap<string, Append> {
  const insert = 'insert into floor (stream, data) values ($1, $2)'
  const overDriver = {
    query: async (text: string, values?: readonly unknown[]) =>
      (await driver.query<Record<string, unknown>>(text, values && [...values])).rows,
  }
  const event = { type: 'order-placed', data: DATA }
  const any = { expectedVersion: 'any' } as const
  const ours = createStreams({ database: overDriver })
  const pooled = createStreams({ database: pool })
  const single = createStreams({ database: overDriver, groupAppendsMax: 1 })
  const versions = new Array<number>(WRITERS).fill(0)
  let streams = 0
  return new Map<string, Append>([
    ['plain insert', writer => driver.query(insert, [`own-${writer}`, DATA])],
    [
      EACH,
      async writer => {
        const expectedVersion = versions[writer] as number
        versions[writer] = (await ours.append(`own-${writer}`, event, { expectedVersion })).version
      },
    ],
    ['S-Tier, a new stream for each event', () => ours.append(`order-${streams++}`, event, any)],
    [HOT, () => ours.append('hot', event, any)],
    ['S-Tier, one stream, ungrouped', () => single.append('hot-single', event, any)],
    [
      'S-Tier over s-tier/pool, a stream each',
      writer => pooled.append(`pool-${writer}`, event, any),
    ],
    ['S-Tier over s-tier/pool, one stream', () => pooled.append('hot-pool', event, any)],
    ['Emmett, a stream each', writer => emmett.appendToStream(`own-${writer}`, [event])],
    ['Emmett, one stream for all', () => emmett.appendToStream('hot', [event])],
  ])
}

/** Every writer appends, waits for the answer, and appends again. A refused append of a peer is not counted. */
async function measure(append: Append): Promise<Measured> {
  const times: number[] = []
  const cpuBefore = cpuMicros()
  const began = performance.now()
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      for (let start = began; start - began < ROUND_MS; start = performance.now()) {
        const isDone = await append(writer).then(() => true, isRefusal)
        if (isDone) times.push(performance.now() - start)
      }
    }),
  )
  const seconds = (performance.now() - began) / 1_000
  times.sort((a, b) => a - b)
  return {
    perSecond: times.length / seconds,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    cpuMicros: (cpuMicros() - cpuBefore) / times.length,
  }
}

/** Of this process and of PostgreSQL, so far. */
function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system + (postgresCpuMicros(server.pid) ?? Number.NaN)
}

/** Emmett appends by the version that it has just read, and gives up where another writer came first. */
function isRefusal(error: unknown): false {
  if (error instanceof Error && error.name.includes('ExpectedVersionConflict')) return false
  if (error instanceof Error && /expected version/i.test(error.message)) return false
  throw error
}

function middleOf(all: readonly Measured[]): Measured {
  const middle = (figure: keyof Measured) => median(all.map(each => each[figure]))
  return {
    perSecond: middle('perSecond'),
    p50Ms: middle('p50Ms'),
    p99Ms: middle('p99Ms'),
    cpuMicros: middle('cpuMicros'),
  }
}

function report(results: ReadonlyMap<string, Measured>): void {
  for (const [name, { perSecond, p50Ms, p99Ms, cpuMicros: micros }] of results) {
    const figures = [perSecond.toFixed(0).padStart(7), p50Ms.toFixed(2), p99Ms.toFixed(1)]
    console.log(
      `${name.padEnd(42)}${figures[0]}/s  p50 ${figures[1]} ms  p99 ${figures[2]} ms  CPU ${micros.toFixed(0)} µs`,
    )
  }
  const judged = [EACH, HOT]
  const missed = judged.filter(name => (results.get(name)?.perSecond ?? 0) < BAR)
  for (const name of judged) {
    console.log(`${missed.includes(name) ? 'MISSED' : 'met   '}  ${name}: bar ${BAR}/s`)
  }
  const path = saveResult({
    ...{ question: 'append', date: new Date().toISOString(), commit: currentCommit() },
    ...{ node: process.version, cpu: cpuModel(), settings: SETTINGS, peer: 'Emmett 0.42.0' },
    ...{ writers: WRITERS, roundMs: ROUND_MS, rounds: ROUNDS, bar: BAR },
    results: Object.fromEntries(results),
  })
  console.log(`Raw figures: ${path}`)
  if (missed.length > 0) process.exitCode = 1
}
