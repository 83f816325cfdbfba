import { createSlidingHistogram, type SlidingHistogram } from '../../base/index.ts'

const WINDOW_MS = 30_000
/** What counts as lately for a queue. */
const RECENT_MS = 300
/** Intervals of a quarter of a second that are remembered: 10 s. */
const INTERVALS = 40
/** Nobody looked for so long, as there was nothing to see or the process stood still: what was before is old. */
const GAP_MS = 2_000
/** Weight of the last use in the usual hold. */
const WEIGHT = 0.05

export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** What happened between two samples. */
export interface Interval {
  readonly ms: number
  /** Connections in use times the time that they were, and the same of all that were open. */
  readonly busyArea: number
  readonly sizeArea: number
  /** The same of those that were free while callers waited who may not have them. */
  readonly withheldArea: number
  readonly completed: number
  readonly holdMs: number
}

/** Waits, holds and use of connections, measured without allocating anything. Times are in milliseconds. */
export class Meter {
  readonly #waits: SlidingHistogram
  readonly #recentWaits: SlidingHistogram
  readonly #holds: SlidingHistogram
  readonly #intervals: Interval[] = []
  /** The time of the last call: the histograms ask for it many times over. */
  #now: number
  #begunAt: number
  #busy = 0
  #size = 0
  #busyArea = 0
  #sizeArea = 0
  #withheldArea = 0
  #isQueue = false
  #unwaited = 0
  #completed = 0
  #holdMs = 0
  #usualHoldMs: number | undefined = undefined

  constructor(now: number) {
    this.#now = now
    this.#begunAt = now
    const clock = () => this.#now
    this.#waits = createSlidingHistogram({ windowMs: WINDOW_MS, now: clock })
    this.#recentWaits = createSlidingHistogram({ windowMs: RECENT_MS, now: clock })
    this.#holds = createSlidingHistogram({ windowMs: WINDOW_MS, now: clock })
  }

  /** From now on, so many are open and in use. */
  changed(now: number, busy: number, size: number): void {
    const ms = now - this.#now
    this.#busyArea += this.#busy * ms
    this.#sizeArea += this.#size * ms
    if (this.#isQueue) this.#withheldArea += (this.#size - this.#busy) * ms
    this.#now = now
    this.#busy = busy
    this.#size = size
  }

  /** From now on, callers wait or do not. */
  queued(now: number, isQueue: boolean): void {
    if (this.#isQueue === isQueue) return
    this.changed(now, this.#busy, this.#size)
    this.#isQueue = isQueue
  }

  /** A caller got its connection at once. Most do, so they are only counted, and recorded together. */
  unwaited(): void {
    this.#unwaited++
  }

  /** A caller got its connection after `waitMs`. */
  waited(waitMs: number): void {
    this.#record(waitMs, 1)
  }

  #record(waitMs: number, times: number): void {
    this.#waits.record(waitMs, times)
    this.#recentWaits.record(waitMs, times)
  }

  #recordUnwaited(): void {
    if (this.#unwaited > 0) this.#record(0, this.#unwaited)
    this.#unwaited = 0
  }

  /** A caller gave it back after `holdMs`. */
  held(holdMs: number): void {
    this.#holds.record(holdMs)
    this.#completed++
    this.#holdMs += holdMs
    const usual = this.#usualHoldMs ?? holdMs
    this.#usualHoldMs = usual + WEIGHT * (holdMs - usual)
  }

  /** How long a connection is held lately; undefined before the first came back. */
  get usualHoldMs(): number | undefined {
    return this.#usualHoldMs
  }

  /** Ends an interval and begins the next. */
  interval(now: number): Interval {
    this.changed(now, this.#busy, this.#size)
    this.#recordUnwaited()
    const interval = {
      ms: now - this.#begunAt,
      busyArea: this.#busyArea,
      sizeArea: this.#sizeArea,
      withheldArea: this.#withheldArea,
      completed: this.#completed,
      holdMs: this.#holdMs,
    }
    this.#begunAt = now
    this.#busyArea = 0
    this.#sizeArea = 0
    this.#withheldArea = 0
    this.#completed = 0
    this.#holdMs = 0
    this.#remember(interval)
    return interval
  }

  #remember(interval: Interval): void {
    if (interval.ms > GAP_MS) this.#intervals.length = 0
    else this.#intervals.push(interval)
    if (this.#intervals.length > INTERVALS) this.#intervals.shift()
  }

  /** The wait that 95 % did not exceed lately. `oldestMs`: of those who still wait; they count once they are too many to ignore. */
  recentWaitP95(waiting: number, oldestMs: number): number {
    const served = this.#recentWaits.quantile(0.95) ?? 0
    const areMany = waiting > 0.05 * (waiting + this.#recentWaits.count)
    return areMany ? Math.max(served, oldestMs) : served
  }

  get waitMs(): Percentiles {
    this.#recordUnwaited()
    return percentilesOf(this.#waits)
  }

  get holdMs(): Percentiles {
    return percentilesOf(this.#holds)
  }

  /** Connections in use, mean of the last 10 s; as a part of those open; uses that ended, per second. */
  get lately(): { busyMean: number; utilisation: number; throughputPerSecond: number } {
    const ms = sum(this.#intervals, each => each.ms)
    const busyArea = sum(this.#intervals, each => each.busyArea)
    const sizeArea = sum(this.#intervals, each => each.sizeArea)
    const completed = sum(this.#intervals, each => each.completed)
    return {
      busyMean: ratio(busyArea, ms),
      utilisation: ratio(busyArea, sizeArea),
      throughputPerSecond: ratio(completed, ms / 1_000),
    }
  }
}

function percentilesOf(histogram: SlidingHistogram): Percentiles {
  const at = (q: number) => histogram.quantile(q) ?? 0
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

function sum(intervals: readonly Interval[], of: (interval: Interval) => number): number {
  return intervals.reduce((total, each) => total + of(each), 0)
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0
}
