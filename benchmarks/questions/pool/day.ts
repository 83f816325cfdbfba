import { withCluster } from '../../harness/cluster.ts'
import { atMost, type Outcome, type Trial } from '../../harness/trial.ts'
import type { ArrivalsReport } from '../../programs/pool/open-loop.ts'
import { adaptive, pgPool, withPools } from './workers.ts'

/** Connections that the load needs, hour by hour: quiet at night, two peaks. */
const BUSY = [
  ...[4, 3, 2, 2, 2, 3, 6, 14, 28, 42, 50, 52, 46, 44, 48, 52, 50, 44, 36, 30, 24, 16, 10, 6, 4],
]
const HOLD_MS = 50
/** A tick instead of 30 s. What the pool measures between ticks takes as long as it always does. */
const RESIZE_EVERY_MS = 500
const EXTENT = { full: { durationMs: 60_000 }, quick: { durationMs: 3_000 } }

const [OURS, THEIRS] = ['S-Tier, 10 to 100', 'pg-pool, 100'] as const

export const day: Trial = {
  name: 'day',
  title: 'Connections that nobody uses over a day, its 24 hours in a minute',
  run: extent => withCluster(cluster => measure(cluster.url, EXTENT[extent].durationMs)),
}

/** Both at once: their statements sleep, so the processors are free. */
async function measure(url: string, durationMs: number): Promise<Outcome> {
  const options = { sizeMin: 10, sizeMax: 100, resizeEveryMs: RESIZE_EVERY_MS }
  const pools = { [OURS]: adaptive(url, options), [THEIRS]: pgPool(url, 100) }
  const load = { busy: BUSY, holdMs: HOLD_MS, durationMs, leadInMs: 0, sampleEveryMs: 20 }
  const [ours, theirs] = await withPools(pools, workers =>
    Promise.all(
      ([OURS, THEIRS] as const).map(name =>
        workers[name].ask<ArrivalsReport>({ kind: 'arrivals', ...load }),
      ) as [Promise<ArrivalsReport>, Promise<ArrivalsReport>],
    ),
  )
  return {
    columns: [
      { name: 'idle connections, mean', digits: 1 },
      { name: 'open connections, mean', digits: 1 },
      { name: 'p50, ms', digits: 1 },
      { name: 'p95, ms', digits: 1 },
      { name: 'failed', digits: 0 },
    ],
    rows: [
      { name: OURS, values: figuresOf(ours) },
      { name: THEIRS, values: figuresOf(theirs) },
    ],
    bars: [
      atMost('idle connections over the day, of pg-pool', idleMean(ours) / idleMean(theirs), 0.7),
      atMost('p95, of pg-pool', ours.p95Ms / theirs.p95Ms, 1.1),
    ],
    raw: { [OURS]: shortened(ours), [THEIRS]: shortened(theirs) },
  }
}

function figuresOf(report: ArrivalsReport): readonly number[] {
  const size = mean(report.samples.map(each => each.size))
  return [idleMean(report), size, report.p50Ms, report.p95Ms, report.failed]
}

function idleMean({ samples }: ArrivalsReport): number {
  return mean(samples.map(({ size, busy }) => size - busy))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Every so many samples are enough to see the curve. */
const KEPT_EVERY = 25

function shortened(report: ArrivalsReport): ArrivalsReport {
  return { ...report, samples: report.samples.filter((_, index) => index % KEPT_EVERY === 0) }
}
