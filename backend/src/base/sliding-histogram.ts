/** Quantiles of what was recorded lately: waits, durations. */
export interface SlidingHistogram {
  /** Values below 0 count as 0. `times`: as if recorded so often. Default 1. */
  record(value: number, times?: number): void
  /**
   * The value that a share `q` (0 to 1) of those recorded in the window does not exceed, at most 4.5 % too high; undefined
   * when there are none.
   */
  quantile(q: number): number | undefined
  /** How many were recorded in the window, and their mean. */
  readonly count: number
  readonly mean: number | undefined
}

export interface SlidingHistogramSetup {
  /** How far back it remembers, in milliseconds; it forgets a sixth of that at a time. */
  readonly windowMs: number
  /** Monotonic, in milliseconds. */
  readonly now: () => number
}

const SLICES = 6
/** Buckets to each doubling: 2^(1/16) is 1.044. */
const PER_DOUBLING = 16
/** What is smaller, in the unit of the values, is one bucket. */
const SMALLEST = 0.01
const DOUBLINGS = 30
const BUCKETS = PER_DOUBLING * DOUBLINGS + 1

interface Slice {
  readonly counts: Uint32Array
  count: number
  sum: number
}

/**
 * Counts in buckets that grow by a constant factor (as DDSketch: Masson, Rim and Lee, VLDB 2019), in slices of time that are
 * dropped one by one. Recording allocates nothing.
 */
export function createSlidingHistogram(setup: SlidingHistogramSetup): SlidingHistogram {
  return new SlicedHistogram(setup)
}

class SlicedHistogram implements SlidingHistogram {
  readonly #slices = Array.from({ length: SLICES }, emptySlice)
  readonly #sliceMs: number
  readonly #now: () => number
  #at: number
  #current: Slice

  constructor({ windowMs, now }: SlidingHistogramSetup) {
    this.#sliceMs = windowMs / SLICES
    this.#now = now
    this.#at = Math.floor(now() / this.#sliceMs)
    this.#current = this.#sliceAt(this.#at)
  }

  record(value: number, times = 1): void {
    this.#turn()
    const slice = this.#current
    const bucket = bucketOf(value)
    slice.counts[bucket] = (slice.counts[bucket] as number) + times
    slice.count += times
    slice.sum += Math.max(0, value) * times
  }

  quantile(q: number): number | undefined {
    const { count } = this
    if (count === 0) return undefined
    let left = q * count
    if (left === 0) return 0
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      for (const slice of this.#slices) left -= slice.counts[bucket] as number
      if (left <= 0) return upperEnd(bucket)
    }
    return upperEnd(BUCKETS - 1)
  }

  get count(): number {
    return this.#total(slice => slice.count)
  }

  get mean(): number | undefined {
    const { count } = this
    return count === 0 ? undefined : this.#total(slice => slice.sum) / count
  }

  /** Empties the slices whose time has passed. */
  #turn(): void {
    const at = Math.floor(this.#now() / this.#sliceMs)
    if (at === this.#at) return
    for (let gone = Math.max(this.#at + 1, at - SLICES + 1); gone <= at; gone++) {
      clear(this.#sliceAt(gone))
    }
    this.#at = at
    this.#current = this.#sliceAt(at)
  }

  #sliceAt(at: number): Slice {
    return this.#slices[((at % SLICES) + SLICES) % SLICES] as Slice
  }

  #total(of: (slice: Slice) => number): number {
    this.#turn()
    return this.#slices.reduce((sum, slice) => sum + of(slice), 0)
  }
}

function emptySlice(): Slice {
  return { counts: new Uint32Array(BUCKETS), count: 0, sum: 0 }
}

function clear(slice: Slice): void {
  if (slice.count === 0) return
  slice.counts.fill(0)
  slice.count = 0
  slice.sum = 0
}

function bucketOf(value: number): number {
  if (!(value > SMALLEST)) return 0
  const bucket = Math.ceil(Math.log2(value / SMALLEST) * PER_DOUBLING)
  return Math.min(bucket, BUCKETS - 1)
}

function upperEnd(bucket: number): number {
  return SMALLEST * 2 ** (bucket / PER_DOUBLING)
}
