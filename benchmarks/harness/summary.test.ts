import { expect, test } from 'vitest'
import type { ContestantName } from './contestants.ts'
import type { Measurement, Scenario } from './rounds.ts'
import { judge, summarise } from './summary.ts'

function measured(contestant: ContestantName, round: number, cpu: number): Measurement {
  return {
    ...{ contestant, round, requests: 100, bytesPerAnswer: 300 },
    ...{ serverCpuMicros: cpu, postgresCpuMicros: cpu / 2, requestsPerSecond: 1e6 / cpu },
    ...{ p50Ms: 1, p99Ms: 2 },
  }
}

const scenario: Scenario = {
  ...{ name: 'one-row', title: '', connections: 1, bars: { serverCpu: 0.9, postgresCpu: 0.4 } },
  headers: {},
  requests: { dialect: [], routes: [] },
}

test('ratios are taken within a round, so a slow round changes none of them', () => {
  const summaries = summarise([
    ...[measured('baseline', 1, 100), measured('S-Tier', 1, 50)],
    ...[measured('baseline', 2, 300), measured('S-Tier', 2, 150)],
    ...[measured('baseline', 3, 100), measured('S-Tier', 3, 60)],
  ])
  expect(summaries.map(one => [one.contestant, one.serverCpuMicros, one.ratios.serverCpu])).toEqual(
    [
      ['baseline', 100, 1],
      ['S-Tier', 60, 0.5],
    ],
  )
})

test('a bar is met up to its limit and missed beyond it', () => {
  const measurements = [measured('baseline', 1, 100), measured('S-Tier', 1, 90)]
  expect(judge(scenario, summarise(measurements), measurements)).toEqual([
    { figure: 'serverCpu', limit: 0.9, value: 0.9, met: true, beside: 'baseline' },
    { figure: 'postgresCpu', limit: 0.4, value: 0.9, met: false, beside: 'baseline' },
  ])
})

test('a bar may stand beside another than the baseline, round by round', () => {
  const measurements = [
    ...[measured('baseline', 1, 1_000), measured('bare', 1, 10), measured('S-Tier', 1, 12)],
    ...[measured('baseline', 2, 1_000), measured('bare', 2, 20), measured('S-Tier', 2, 24)],
  ]
  const bar = { beside: 'bare', figure: 'serverCpu', limit: 1.35 } as const
  const judged = judge(
    { ...scenario, bars: {}, barsBeside: [bar] },
    summarise(measurements),
    measurements,
  )
  expect(judged).toEqual([{ ...bar, value: 1.2, met: true }])
})

test('without S-Tier nothing is judged', () => {
  expect(judge(scenario, summarise([measured('baseline', 1, 100)]), [])).toEqual([])
})
