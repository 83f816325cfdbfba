import type { Arrivals, LoadOrder, LoadRequest } from '../load/messages.ts'
import type { Contestant, ContestantName } from './contestants.ts'
import { cpuMicrosOf, postgresCpuMicros } from './cpu.ts'
import { type Hits, hitsAt, hitsBetween } from './hits.ts'
import type { LoadGenerator } from './load.ts'
import type { RunningServer } from './processes.ts'
import { statementsRun } from './statements-run.ts'
import { query, type Store } from './store.ts'
import type { Figure } from './summary.ts'

/** One thing that is asked of every contestant. */
export interface Scenario {
  readonly name: string
  readonly title: string
  readonly connections: number
  /** Ratios to the baseline that may not be exceeded; undefined: measured, but not judged. */
  readonly bars: Readonly<Partial<Record<Figure, number>>>
  /** The same, beside others than the baseline. */
  readonly barsBeside?: readonly BarBeside[] | undefined
  /** Count what PostgreSQL runs, with `pg_stat_statements`: it costs all of them a little. */
  readonly countsStatements?: boolean
  /** Tell where the answers of those came from that keep some. */
  readonly countsHits?: boolean
  /** Sent with each request, to every contestant. */
  readonly headers: Readonly<Record<string, string>>
  readonly requests: Requests
  /** SQL that is run, outside of what is measured, before each portion: all begin with the same rows. */
  readonly prepare?: string
  /** The same before its answers are compared. Default: `prepare`. */
  readonly prepareToCompare?: string
  /** All of it is asked twice before the first round, however long that takes. */
  readonly isKnownBefore?: boolean
  /**
   * Requests come at one rate for all: so much of what the baseline reached in the round that is not counted, where each connection sent
   * the next when it was answered. Undefined: that is how it is in all rounds.
   */
  readonly shareOfBaseline?: number
}

export interface BarBeside {
  readonly beside: ContestantName
  readonly figure: Figure
  readonly limit: number
}

/** The same questions, with values that vary, in the words of S-Tier and in those of the services beside it. */
export interface Requests {
  readonly dialect: readonly LoadRequest[]
  readonly routes: readonly LoadRequest[]
}

export function requestsOf(
  { requests }: Scenario,
  { speaksDialect }: Pick<Contestant, 'speaksDialect'>,
): readonly LoadRequest[] {
  return speaksDialect ? requests.dialect : requests.routes
}

/** How long and how often. A round gives each contestant one portion of load. */
export interface Extent {
  readonly rounds: number
  readonly roundMs: number
  readonly requestsMax: number
  /** A portion before the first round that is not counted, in milliseconds. */
  readonly warmUpMs: number
}

/** What one contestant did in one round. */
export interface Measurement {
  readonly contestant: ContestantName
  readonly round: number
  readonly requests: number
  /** Requests a second that were due; undefined: each came when one was answered. */
  readonly duePerSecond?: number | undefined
  /** Processor time per request, in microseconds; undefined where the system does not account for processes. */
  readonly serverCpuMicros: number | undefined
  readonly postgresCpuMicros: number | undefined
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly bytesPerAnswer: number
  /** Statements of PostgreSQL per request; undefined: not counted. */
  readonly statements?: number | undefined
  /** Undefined: not counted, or it keeps none. */
  readonly hits?: Hits | undefined
}

/** A contestant whose server runs. */
export interface Runner {
  readonly contestant: Contestant
  readonly server: RunningServer
}

/** What measuring needs besides the servers. */
export interface Bench {
  readonly store: Store
  readonly load: LoadGenerator
  readonly extent: Extent
}

/**
 * Measures in interleaved rounds (A B C D, A B C D, …): what slows the machine for a while slows all of them. Fails
 * when any answer is not a success, because such a figure would compare nothing.
 */
export async function measure(
  scenario: Scenario,
  runners: readonly Runner[],
  bench: Bench,
): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = []
  const before: Measurement[] = []
  for (const runner of runners) before.push(await measureOnce(scenario, runner, bench, WARM_UP))
  const arrivals = arrivalsOf(scenario, before)
  for (let round = 1; round <= bench.extent.rounds; round++) {
    for (const runner of runners) {
      measurements.push(await measureOnce(scenario, runner, bench, round, arrivals))
    }
  }
  return measurements
}

const ARRIVALS_SEED = 4_711

function arrivalsOf(
  { name, shareOfBaseline }: Scenario,
  before: readonly Measurement[],
): Arrivals | undefined {
  if (shareOfBaseline === undefined) return undefined
  const baseline = before.find(({ contestant }) => contestant === 'baseline')
  if (baseline === undefined) throw new Error(`${name} needs the baseline`)
  return { perSecond: shareOfBaseline * baseline.requestsPerSecond, seed: ARRIVALS_SEED }
}

/** The round that is not counted. */
const WARM_UP = 0

async function measureOnce(
  scenario: Scenario,
  { contestant, server }: Runner,
  { store, load, extent }: Bench,
  round: number,
  arrivals?: Arrivals,
): Promise<Measurement> {
  if (scenario.prepare !== undefined) await query(store.url, scenario.prepare)
  const portion = await load.open({
    port: server.port,
    requests: requestsOf(scenario, contestant),
    headers: { ...scenario.headers, ...contestant.headers },
    connections: scenario.connections,
    ...limitsOf(scenario, extent, round),
    arrivals,
  })
  const count = () => (scenario.countsStatements === true ? statementsRun(store) : undefined)
  const hits = () => (scenario.countsHits === true ? hitsAt(server.port) : undefined)
  const hitsBefore = await hits()
  const ranBefore = await count()
  const before = readCpu(server, store)
  const report = await portion.run()
  const after = readCpu(server, store)
  const ranAfter = await count()
  const hitsAfter = await hits()
  await portion.close()
  const { requests, errors, firstError, elapsedMs, bytes, p50Ms, p99Ms } = report
  if (errors > 0) {
    const where = `${contestant.name}, ${scenario.name}`
    throw new Error(`${where}: ${errors} of ${requests} answers failed: ${firstError}`)
  }
  return {
    contestant: contestant.name,
    round,
    requests,
    duePerSecond: arrivals?.perSecond,
    serverCpuMicros: perRequest(before.server, after.server, requests),
    postgresCpuMicros: perRequest(before.postgres, after.postgres, requests),
    requestsPerSecond: (requests / elapsedMs) * 1000,
    p50Ms,
    p99Ms,
    bytesPerAnswer: bytes / requests,
    statements: perRequest(ranBefore, ranAfter, requests),
    hits: hitsBetween(hitsBefore, hitsAfter),
  }
}

/** Longer than it can take to ask all twice. */
const ALL_TWICE_MS = 600_000

function limitsOf(
  { requests, isKnownBefore }: Scenario,
  { requestsMax, warmUpMs, roundMs }: Extent,
  round: number,
): Pick<LoadOrder, 'requestsMax' | 'durationMs'> {
  if (round !== WARM_UP) return { requestsMax, durationMs: roundMs }
  if (isKnownBefore !== true) return { requestsMax, durationMs: warmUpMs }
  return { requestsMax: 2 * requests.dialect.length, durationMs: ALL_TWICE_MS }
}

function readCpu(server: RunningServer, store: Store) {
  return { server: cpuMicrosOf(server.pid), postgres: postgresCpuMicros(store.pid) }
}

function perRequest(
  before: number | undefined,
  after: number | undefined,
  requests: number,
): number | undefined {
  return before === undefined || after === undefined ? undefined : (after - before) / requests
}
