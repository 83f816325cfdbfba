import type { ContestantName } from './contestants.ts'
import type { Measurement, Scenario } from './rounds.ts'
import { median } from './statistics.ts'

/** The medians of a contestant over the rounds of a scenario, and its ratios to the baseline. */
export interface Summary {
  readonly contestant: ContestantName
  readonly requests: number
  readonly serverCpuMicros: number
  readonly postgresCpuMicros: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly bytesPerAnswer: number
  /** Statements that PostgreSQL ran for one request; undefined where nobody counted. */
  readonly statements: number | undefined
  /** Medians of the ratios within each round: what slowed a round slowed both sides of its ratio. */
  readonly ratios: Readonly<Record<Figure, number>>
}

/** What can be judged, as a ratio to the baseline's. */
export type Figure = 'serverCpu' | 'postgresCpu' | 'throughput' | 'p50' | 'p99' | 'statements'

/** Where each figure is found in a measurement. */
const MEASURED: Readonly<Record<Figure, keyof Measurement>> = {
  serverCpu: 'serverCpuMicros',
  postgresCpu: 'postgresCpuMicros',
  throughput: 'requestsPerSecond',
  p50: 'p50Ms',
  p99: 'p99Ms',
  statements: 'statements',
}
const FIGURES = Object.keys(MEASURED) as readonly Figure[]

/** A limit that was set beforehand, and what came out. Of throughput it is the least, of all else the most. */
export interface Bar {
  readonly figure: Figure
  readonly limit: number
  readonly value: number
  readonly met: boolean
  /** Whose figure is 1. */
  readonly beside: ContestantName
}

/** One line for each contestant, in the order in which they took part. */
export function summarise(measurements: readonly Measurement[]): readonly Summary[] {
  const names = [...new Set(measurements.map(one => one.contestant))]
  const baseline = measurements.filter(one => one.contestant === 'baseline')
  return names.map(name => {
    const own = measurements.filter(one => one.contestant === name)
    const middle = (figure: keyof Measurement) => median(own.map(one => Number(one[figure])))
    return {
      contestant: name,
      requests: own.reduce((sum, one) => sum + one.requests, 0),
      serverCpuMicros: middle('serverCpuMicros'),
      postgresCpuMicros: middle('postgresCpuMicros'),
      requestsPerSecond: middle('requestsPerSecond'),
      p50Ms: middle('p50Ms'),
      p99Ms: middle('p99Ms'),
      bytesPerAnswer: middle('bytesPerAnswer'),
      statements: own.some(one => one.statements === undefined) ? undefined : middle('statements'),
      ratios: ratiosOf(own, baseline),
    }
  })
}

/** Every bar of the scenario, as S-Tier meets or misses it; none when S-Tier did not take part. */
export function judge(
  { bars, barsBeside = [] }: Scenario,
  summaries: readonly Summary[],
  measurements: readonly Measurement[],
): readonly Bar[] {
  const ours = summaries.find(one => one.contestant === 'S-Tier')
  if (ours === undefined) return []
  const beside = FIGURES.flatMap(figure => {
    const limit = bars[figure]
    if (limit === undefined) return []
    return [judged(figure, limit, ours.ratios[figure], 'baseline')]
  })
  const by = (name: ContestantName) => measurements.filter(one => one.contestant === name)
  const others = barsBeside.map(({ beside: other, figure, limit }) =>
    judged(figure, limit, ratio(by('S-Tier'), by(other), MEASURED[figure]), other),
  )
  return [...beside, ...others]
}

function judged(figure: Figure, limit: number, value: number, beside: ContestantName): Bar {
  return {
    figure,
    limit,
    value,
    met: figure === 'throughput' ? value >= limit : value <= limit,
    beside,
  }
}

function ratiosOf(
  own: readonly Measurement[],
  baseline: readonly Measurement[],
): Summary['ratios'] {
  const entries = FIGURES.map(figure => [figure, ratio(own, baseline, MEASURED[figure])] as const)
  return Object.fromEntries(entries) as Summary['ratios']
}

function ratio(
  own: readonly Measurement[],
  baseline: readonly Measurement[],
  figure: keyof Measurement,
): number {
  const ratios = own.flatMap(one => {
    const beside = baseline.find(other => other.round === one.round)
    return beside === undefined ? [] : [Number(one[figure]) / Number(beside[figure])]
  })
  return median(ratios)
}
