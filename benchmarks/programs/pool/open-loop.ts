import { setTimeout as sleep } from 'node:timers/promises'
import { percentile, seededRandom } from '../../harness/statistics.ts'
import type { TestedPool } from './contestants.ts'
import { statementOf } from './work.ts'

/** Callers that come when they come (Poisson), and hold a connection for a fixed time. */
export interface ArrivalsOrder {
  readonly kind: 'arrivals'
  /** Connections that the load needs, as it changes over equal parts of the time; between them it changes evenly. */
  readonly busy: readonly number[]
  readonly holdMs: number
  readonly durationMs: number
  /** Of that: calls that come before are not counted. */
  readonly leadInMs: number
  readonly sampleEveryMs: number
}

export interface ArrivalsReport {
  readonly completed: number
  readonly failed: number
  /** From asking for a connection to the answer, in milliseconds. */
  readonly p50Ms: number
  readonly p95Ms: number
  readonly samples: readonly Sample[]
}

export interface Sample {
  readonly atMs: number
  readonly size: number
  readonly busy: number
}

const SEED = 20_261_122
/** Timers are no finer; what is due in between is sent at once. */
const TICK_MS = 1

export async function runArrivals(pool: TestedPool, order: ArrivalsOrder): Promise<ArrivalsReport> {
  const { holdMs, durationMs, leadInMs } = order
  const work = { kind: 'sleep', ms: holdMs } as const
  const durations: number[] = []
  const calls: Promise<void>[] = []
  let failed = 0
  const call = async () => {
    const calledAt = performance.now()
    const isCounted = calledAt - startedAt >= leadInMs
    try {
      await pool.run(statementOf(work, 0), false)
      if (isCounted) durations.push(performance.now() - calledAt)
    } catch {
      if (isCounted) failed++
    }
  }
  const random = seededRandom(SEED)
  const startedAt = performance.now()
  const samples = sample(pool, order, startedAt)
  let due = 0
  for (let at = 0; at < durationMs; at = performance.now() - startedAt) {
    for (; due <= at; due -= Math.log(1 - random()) * (holdMs / busyAt(order, due))) {
      calls.push(call())
    }
    await sleep(TICK_MS)
  }
  await Promise.all(calls)
  const sorted = Float64Array.from(durations).sort()
  return {
    ...{ completed: durations.length, failed },
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
    samples: await samples,
  }
}

function busyAt({ busy, durationMs }: ArrivalsOrder, atMs: number): number {
  const place = (Math.min(atMs, durationMs) / durationMs) * (busy.length - 1)
  const [before, after] = [busy[Math.floor(place)] ?? 0, busy[Math.ceil(place)] ?? 0]
  return before + (after - before) * (place - Math.floor(place))
}

async function sample(
  pool: TestedPool,
  { durationMs, sampleEveryMs }: ArrivalsOrder,
  startedAt: number,
): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  for (let atMs = 0; atMs < durationMs; atMs = performance.now() - startedAt) {
    const { size, busy } = pool.now()
    samples.push({ atMs, size, busy })
    await sleep(sampleEveryMs)
  }
  return samples
}
