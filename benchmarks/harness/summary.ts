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
  /** Medians of the ratios within each round: what slowed a round slowed both sides of its ratio. */
  readonly ratios: { readonly serverCpu: number; readonly postgresCpu: number }
}

/** A limit that was set beforehand, and what came out. */
export interface Bar {
  readonly figure: 'serverCpu' | 'postgresCpu'
  readonly limit: number
  readonly value: number
  readonly met: boolean
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
      ratios: {
        serverCpu: ratio(own, baseline, 'serverCpuMicros'),
        postgresCpu: ratio(own, baseline, 'postgresCpuMicros'),
      },
    }
  })
}

/** Every bar of the scenario, as S-Tier meets or misses it; none when S-Tier did not take part. */
export function judge({ bars }: Scenario, summaries: readonly Summary[]): readonly Bar[] {
  const ours = summaries.find(one => one.contestant === 'S-Tier')
  if (ours === undefined) return []
  return (['serverCpu', 'postgresCpu'] as const).flatMap(figure => {
    const limit = bars[figure]
    const value = ours.ratios[figure]
    return limit === undefined ? [] : [{ figure, limit, value, met: value <= limit }]
  })
}

function ratio(
  own: readonly Measurement[],
  baseline: readonly Measurement[],
  figure: 'serverCpuMicros' | 'postgresCpuMicros',
): number {
  const ratios = own.flatMap(one => {
    const beside = baseline.find(other => other.round === one.round)
    return beside === undefined ? [] : [Number(one[figure]) / Number(beside[figure])]
  })
  return median(ratios)
}
