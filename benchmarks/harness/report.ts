import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderHits } from './hits.ts'
import type { Extent, Measurement, Scenario } from './rounds.ts'
import type { Bar, Figure, Summary } from './summary.ts'

export interface ScenarioResult {
  readonly scenario: Pick<Scenario, 'name' | 'title' | 'connections' | 'bars' | 'barsBeside'>
  readonly summaries: readonly Summary[]
  readonly bars: readonly Bar[]
  readonly measurements: readonly Measurement[]
}

/** Everything that is needed to judge a figure later: what ran, on what, how long, and each round's raw numbers. */
export interface QuestionResult {
  readonly question: string
  readonly date: string
  readonly commit: string
  readonly node: string
  readonly postgres: string
  readonly cpu: string
  readonly cpuCount: number
  readonly poolSize: number
  readonly extent: Extent
  readonly scenarios: readonly ScenarioResult[]
}

const RESULTS_FOLDER = fileURLToPath(new URL('../results/', import.meta.url))

/** Short hash of the commit; `-changed` when the working tree differs from it, `none` outside a repository. */
export function currentCommit(): string {
  try {
    const git = (...words: string[]) =>
      execFileSync('git', words, { encoding: 'utf8', stdio: 'pipe' })
    const commit = git('rev-parse', '--short', 'HEAD').trim()
    return git('status', '--porcelain').trim() === '' ? commit : `${commit}-changed`
  } catch {
    return 'none'
  }
}

export function cpuModel(): string {
  return cpus()[0]?.model.trim() ?? 'unknown'
}

export function cpuCount(): number {
  return cpus().length
}

/** What names the file; whatever else was measured stands beside it. */
type Saved = Pick<QuestionResult, 'question' | 'date' | 'commit'> &
  Readonly<Record<string, unknown>>

/** Writes `results/<date>-<commit>-<question>.json` and answers its path. */
export function saveResult(result: Saved): string {
  mkdirSync(RESULTS_FOLDER, { recursive: true })
  const name = `${result.date.slice(0, 10)}-${result.commit}-${result.question}.json`
  const path = join(RESULTS_FOLDER, name)
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`)
  return path
}

/** One outcome of a study, with everything needed to judge it later. */
type SavedTrial = Readonly<Record<'trial' | 'date' | 'commit', string>> &
  Readonly<Record<string, unknown>>

/** The same for a trial: beside the others of its study on that day, in place of its own of before. */
export function saveTrials(study: string, trial: SavedTrial): string {
  mkdirSync(RESULTS_FOLDER, { recursive: true })
  const path = join(RESULTS_FOLDER, `${trial.date.slice(0, 10)}-${trial.commit}-${study}.json`)
  const before = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as SavedTrial[]) : []
  const others = before.filter(each => each.trial !== trial.trial)
  writeFileSync(path, `${JSON.stringify([...others, trial], null, 2)}\n`)
  return path
}

/** One scenario as a table, and a line for each of its bars. */
export function renderScenario({
  scenario,
  summaries,
  bars,
  measurements,
}: ScenarioResult): string {
  const table = [HEAD, ...summaries.map(cellsOf)]
  const widths = HEAD.map((_, column) => Math.max(...table.map(row => row[column]?.length ?? 0)))
  const lines = table.map(row =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0, column === 0))
      .join('  ')
      .trimEnd(),
  )
  return [
    '',
    `${scenario.title} (${scenario.connections} connections)`,
    ...lines,
    ...hitLines(measurements),
    ...bars.map(barLine),
  ].join('\n')
}

/** Of each contestant that keeps answers, over all rounds that count. */
function hitLines(measurements: readonly Measurement[]): readonly string[] {
  const names = [...new Set(measurements.map(({ contestant }) => contestant))]
  return names.flatMap(name => {
    const all = measurements.filter(({ contestant }) => contestant === name)
    const hits = all.map(one => one.hits).filter(one => one !== undefined)
    return hits.length === 0 ? [] : [`  ${name}: ${renderHits(hits)}`]
  })
}

const HEAD = [
  '',
  'server µs',
  'ratio',
  'PostgreSQL µs',
  'ratio',
  'requests/s',
  'p50 ms',
  'p99 ms',
  'bytes',
  'statements',
]

function cellsOf(summary: Summary): readonly string[] {
  return [
    summary.contestant,
    summary.serverCpuMicros.toFixed(1),
    summary.ratios.serverCpu.toFixed(2),
    summary.postgresCpuMicros.toFixed(1),
    summary.ratios.postgresCpu.toFixed(2),
    summary.requestsPerSecond.toFixed(0),
    summary.p50Ms.toFixed(2),
    summary.p99Ms.toFixed(2),
    summary.bytesPerAnswer.toFixed(0),
    summary.statements?.toFixed(2) ?? '',
  ]
}

function pad(cell: string, width: number, left: boolean): string {
  return left ? cell.padEnd(width) : cell.padStart(width)
}

const FIGURE_NAMES: Readonly<Record<Figure, string>> = {
  serverCpu: "the server's CPU per request",
  postgresCpu: "PostgreSQL's CPU per request",
  throughput: 'the number of requests a second',
  p50: 'the time at the median',
  p99: 'the time at the 99th percentile',
  statements: 'the number of statements per request',
}

function barLine({ figure, limit, value, met, beside }: Bar): string {
  const bound = figure === 'throughput' ? 'at least' : 'at most'
  return `  ${met ? 'met   ' : 'MISSED'}  ${FIGURE_NAMES[figure]} is ${value.toFixed(2)} of that of ${beside}, bar: ${bound} ${limit}`
}
