import { withCluster } from '../../harness/cluster.ts'
import { atLeast, type Outcome, type Trial } from '../../harness/trial.ts'
import type { ArrivalsReport, Sample } from '../../programs/pool/open-loop.ts'
import { type Explained, explain } from './decisions.ts'
import { adaptive, type PoolWorker, withPools } from './workers.ts'

/** Below 7.5 the least size, 10, keeps the utilisation under three quarters. */
const OFFERED = [7.5, 15, 30, 50, 75]
const HOLD_MS = 50
const SAMPLE_EVERY_MS = 25
const [LEAST, MOST] = [0.7, 0.8]

/**
 * A tick instead of 30 s. The load grows for a third of the time; what counts begins later, by a tick and more. A sample
 * of the utilisation is the mean of a window, which a full run does not shorten.
 */
const EXTENT = {
  full: { resizeEveryMs: 3_000, durationMs: 36_000, settleMs: 16_000, windowMs: 10_000 },
  quick: { resizeEveryMs: 500, durationMs: 4_500, settleMs: 3_000, windowMs: 1_000 },
}
type Times = (typeof EXTENT)['full']

export const utilisation: Trial = {
  name: 'utilisation',
  title: 'Share of the time in which 70 to 80 % of the open connections are busy',
  run: extent => withCluster(cluster => measure(cluster.url, EXTENT[extent])),
}

/** All loads at once, each on a pool of its own: they sleep, so the processors are free. */
async function measure(url: string, times: Times): Promise<Outcome> {
  const { resizeEveryMs, durationMs, settleMs } = times
  const pools = Object.fromEntries(
    OFFERED.map(busy => [nameOf(busy), adaptive(url, { resizeEveryMs })]),
  )
  const load = { holdMs: HOLD_MS, durationMs, leadInMs: settleMs, sampleEveryMs: SAMPLE_EVERY_MS }
  const results = await withPools(pools, workers =>
    Promise.all(
      OFFERED.map(async offered => {
        const worker = workers[nameOf(offered)] as PoolWorker
        const busy = [OFFERED[0] ?? 0, offered, offered, offered]
        const report = await worker.ask<ArrivalsReport>({ kind: 'arrivals', busy, ...load })
        const explained = await worker.ask<Explained>({ kind: 'explain' })
        return { offered, report, explained, ...judge(report.samples, times) }
      }),
    ),
  )
  return {
    columns: [
      { name: 'in 70 to 80 %, % of the time', digits: 1 },
      { name: 'utilisation, mean %', digits: 1 },
      { name: 'open, at the end', digits: 0 },
      { name: 'p95, ms', digits: 1 },
    ],
    rows: results.map(({ offered, share, mean, report }) => ({
      name: nameOf(offered),
      values: [share * 100, mean * 100, report.samples.at(-1)?.size, report.p95Ms],
    })),
    bars: results.map(({ offered, share, explained }) =>
      atLeast(`${nameOf(offered)}: share of the time`, share, 0.9, explain(explained)),
    ),
    raw: results.map(({ report, ...rest }) => ({ ...rest, p95Ms: report.p95Ms })),
  }
}

function nameOf(offered: number): string {
  return `${offered} connections' worth`
}

/** Utilisation at each moment is the mean of the window before it. */
function judge(
  samples: readonly Sample[],
  { settleMs, windowMs }: Times,
): { readonly share: number; readonly mean: number } {
  const settled = samples.filter(({ atMs }) => atMs >= settleMs)
  const moments = settled.filter(({ atMs }) => atMs >= settleMs + windowMs)
  const values = moments.map(({ atMs: end }) => {
    const window = settled.filter(({ atMs }) => atMs > end - windowMs && atMs <= end)
    return window.reduce((sum, { size, busy }) => sum + busy / size, 0) / window.length
  })
  const inside = values.filter(value => value >= LEAST && value <= MOST)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { share: inside.length / values.length, mean }
}
