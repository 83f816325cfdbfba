import type { Sizer, SizingDecision } from '../sizing.ts'
import { exponential } from './random.ts'

/** Callers who come whether or not those before were served. */
export interface OpenLoad {
  /** Connections that the calls would keep busy if there were enough, at a time in milliseconds. */
  readonly offered: (at: number) => number
  readonly holdMs: number
  readonly untilMs: number
  readonly random: () => number
  /** A size that stays, in place of a sizer. */
  readonly sizer: Sizer | number
  readonly limit?: (at: number) => number
}

export interface OpenRun {
  readonly decisions: readonly SizingDecision[]
  /** Every 250 ms. */
  readonly samples: readonly { readonly at: number; readonly busy: number; readonly size: number }[]
  /** Each wait for a connection, in milliseconds, with 0 for none; and when it ended. */
  readonly waits: readonly number[]
  readonly waitedAt: readonly number[]
  readonly connectionMs: number
  readonly busyMs: number
}

const SAMPLE_MS = 250
/** A connection takes so long to open; they are opened one after another. */
const CONNECT_MS = 20

/** Poisson arrivals, exponential service, first come first served: M/M/c with a c that a sizer sets. */
export function runOpenLoad({ offered, holdMs, untilMs, random, sizer, limit }: OpenLoad): OpenRun {
  const decisions: SizingDecision[] = []
  const samples: { at: number; busy: number; size: number }[] = []
  const waits: number[] = []
  const waitedAt: number[] = []
  const queue: number[] = []
  let [head, now, busy] = [0, 0, 0]
  let size = typeof sizer === 'number' ? sizer : sizer.target
  let openAt = Number.POSITIVE_INFINITY
  let [completed, busyArea, connectionMs, busyMs] = [0, 0, 0, 0]
  let seen: number[] = []
  let sampleAt = SAMPLE_MS

  function pass(to: number): void {
    busyArea += busy * (to - now)
    connectionMs += size * (to - now)
    busyMs += busy * (to - now)
    now = to
  }

  function serve(since: number): void {
    busy++
    waits.push(now - since)
    waitedAt.push(now)
    seen.push(now - since)
  }

  function serveWaiting(): void {
    while (head < queue.length && busy < size) serve(queue[head++] as number)
  }

  function sample(): void {
    for (let place = head; place < queue.length; place++) seen.push(now - (queue[place] as number))
    const busyMean = busyArea / SAMPLE_MS
    samples.push({ at: now, busy: busyMean, size })
    if (typeof sizer !== 'number') {
      const decision = sizer.sample({
        now,
        size,
        busy,
        busyMean,
        waiting: queue.length - head,
        waitP95Ms: percentile(seen, 0.95),
        completed,
        holdMeanMs: completed > 0 ? busyArea / completed : 0,
        limit: limit?.(now) ?? Number.POSITIVE_INFINITY,
      })
      if (decision !== undefined) decisions.push(decision)
    }
    if (head > 10_000) queue.splice(0, head)
    if (head > queue.length) head = 0
    seen = []
    completed = 0
    busyArea = 0
    sampleAt += SAMPLE_MS
  }

  /** Idle ones above the target go; missing ones come one by one. */
  function resize(): void {
    const target = typeof sizer === 'number' ? sizer : sizer.target
    if (size > target) size = Math.max(target, busy)
    if (size >= target) openAt = Number.POSITIVE_INFINITY
    else if (openAt === Number.POSITIVE_INFINITY) openAt = now + CONNECT_MS
  }

  while (now < untilMs) {
    const arrivals = offered(now) / holdMs
    const rate = arrivals + busy / holdMs
    const next = now + (rate > 0 ? exponential(1 / rate, random) : Number.POSITIVE_INFINITY)
    if (Math.min(sampleAt, openAt) <= next) {
      pass(Math.min(sampleAt, openAt))
      if (now === openAt) {
        size++
        openAt = Number.POSITIVE_INFINITY
        serveWaiting()
      } else sample()
    } else {
      pass(next)
      if (random() * rate < arrivals) {
        queue.push(now)
        serveWaiting()
      } else {
        busy--
        completed++
        serveWaiting()
      }
    }
    resize()
  }
  return { decisions, samples, waits, waitedAt, connectionMs, busyMs }
}

export function percentile(values: readonly number[], q: number): number {
  if (values.length === 0) return 0
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0
}
