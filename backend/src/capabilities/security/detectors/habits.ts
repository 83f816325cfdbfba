const REMEMBERED_MINUTES = 60
const HOURS = 24
const MINUTES_PER_DAY = 1_440
/** Of the slow mean: what is a day old weighs half. */
const ALPHA = Math.LN2 / MINUTES_PER_DAY
/** Of what is usual, nothing can more than double in a day. */
const GROWTH_PER_DAY = 2
/** A median absolute deviation, so many times, is a standard deviation of what is distributed normally. */
const MAD_TO_DEVIATION = 1.4826

/** How many requests a minute are usual, by the last hour, by a slow mean, and by the most at this hour of the day. */
export class Habits {
  /** Of errors among the requests, from 0 to 1. */
  errorShare = 0
  rowsPerRequest = 0
  #mean = 0
  #minutes = 0
  readonly #last = new Float32Array(REMEMBERED_MINUTES)
  readonly #peaks = new Float32Array(HOURS)
  /** The most of the hour that runs: it becomes usual when the hour is over. */
  #peak = 0
  #hour = 0

  /** `floor`: so many a minute may always become usual. */
  readonly #floor: number

  constructor(floor: number) {
    this.#floor = floor
  }

  get isKnown(): boolean {
    return this.#minutes >= MINUTES_PER_DAY
  }

  /** How far from the median of the last hour, in deviations. */
  scoreOf(requests: number): number {
    const sorted = Float32Array.from(this.#last).sort()
    const median = sorted[REMEMBERED_MINUTES / 2] ?? 0
    const distances = sorted.map(each => Math.abs(each - median)).sort()
    const deviation = MAD_TO_DEVIATION * (distances[REMEMBERED_MINUTES / 2] ?? 0)
    return (requests - median) / Math.max(deviation, 1 + Math.sqrt(median))
  }

  /** The most that is usual about this time of the day. */
  usualAt(minute: number): number {
    const hour = hourOf(minute)
    const before = this.#peaks[(hour + HOURS - 1) % HOURS] ?? 0
    const after = this.#peaks[(hour + 1) % HOURS] ?? 0
    return Math.max(this.#mean, before, this.#peaks[hour] ?? 0, after)
  }

  /** A minute is over. What is far beyond the usual counts for a part of it only. */
  learn(minute: number, requests: number, errors: number, rows: number): void {
    const bounded = Math.min(requests, GROWTH_PER_DAY * Math.max(this.#mean, this.#floor))
    this.#minutes++
    this.#last[minute % REMEMBERED_MINUTES] = requests
    this.#mean += ALPHA * (bounded - this.#mean)
    this.#learnPeak(minute, requests)
    if (requests === 0) return
    this.errorShare += ALPHA * REMEMBERED_MINUTES * (errors / requests - this.errorShare)
    const mean = rows / requests
    const boundedRows = Math.min(mean, GROWTH_PER_DAY * Math.max(this.rowsPerRequest, this.#floor))
    this.rowsPerRequest += ALPHA * REMEMBERED_MINUTES * (boundedRows - this.rowsPerRequest)
  }

  /** Nothing happened for so many minutes. */
  rest(from: number, minutes: number): void {
    for (let step = 0; step < Math.min(minutes, REMEMBERED_MINUTES); step++) {
      this.#last[(from + step) % REMEMBERED_MINUTES] = 0
    }
    this.#minutes += minutes
    this.#mean *= (1 - ALPHA) ** minutes
  }

  #learnPeak(minute: number, requests: number): void {
    const hour = Math.floor(minute / 60)
    if (hour !== this.#hour) {
      const index = this.#hour % HOURS
      const bound = Math.max(this.#floor, GROWTH_PER_DAY * (this.#peaks[index] ?? 0))
      this.#peaks[index] = Math.max((this.#peaks[index] ?? 0) * 0.9, Math.min(this.#peak, bound))
      this.#hour = hour
      this.#peak = 0
    }
    this.#peak = Math.max(this.#peak, requests)
  }
}

function hourOf(minute: number): number {
  return Math.floor(minute / 60) % HOURS
}
