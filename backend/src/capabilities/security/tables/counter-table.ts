import type { Key } from '../hash.ts'
import { KeyTable } from './key-table.ts'
import { Sketch } from './sketch.ts'

const BUCKETS = 8
const COUNT_MAX = 65_535
/** For each key that is counted exactly the sketch can tell so many apart. */
const SKETCHED = 4
/** The sketch may say too much: so much of what would be found must be counted exactly. */
const MARGIN = 2

/**
 * How often something happened for each key within the last `windowMs`, and up to a seventh longer. Exact for the keys that count
 * most; what gave way is remembered in a sketch, so that it comes back with what it had.
 */
export class CounterTable {
  readonly #keys: KeyTable
  readonly #counts: Uint16Array
  /** The number of the last bucket of each place. */
  readonly #last: Float64Array
  readonly #bucketMs: number
  readonly #tail: Sketch
  readonly #threshold: number
  /** How many times the threshold was reached, of each place, as long as it is not below it again. */
  readonly #level: Uint8Array
  /** Where `add` has counted. */
  #place = 0

  constructor(places: number, windowMs: number, threshold: number) {
    this.#keys = new KeyTable(places, (windowMs * BUCKETS) / (BUCKETS - 1))
    this.#counts = new Uint16Array(this.#keys.places * BUCKETS)
    this.#last = new Float64Array(this.#keys.places)
    this.#bucketMs = windowMs / (BUCKETS - 1)
    this.#tail = new Sketch(this.#keys.places * SKETCHED, windowMs)
    this.#threshold = threshold
    this.#level = new Uint8Array(this.#keys.places)
  }

  get bytes(): number {
    return (
      this.#keys.bytes +
      this.#counts.byteLength +
      this.#last.byteLength +
      this.#level.byteLength +
      this.#tail.bytes
    )
  }

  /** Counts it, and answers how many there are now. */
  add(key: Key, nowMs: number): number {
    const place = this.#keys.claim(key, nowMs)
    this.#place = place
    if (this.#keys.isNew) this.#admit(place, key, nowMs)
    this.#roll(place, nowMs)
    const bucket = place * BUCKETS + (this.#lastOf(place) % BUCKETS)
    this.#counts[bucket] = Math.min(COUNT_MAX, (this.#counts[bucket] ?? 0) + 1)
    const sum = this.#sum(place)
    this.#keys.weigh(place, sum)
    return sum
  }

  /** After `add`: has this count reached the threshold, or another multiple of it? Tells each of them once. */
  isReached(count: number, threshold: number): boolean {
    const level = Math.min(255, Math.floor(count / threshold))
    const before = this.#level[this.#place] ?? 0
    this.#level[this.#place] = level
    return level > before
  }

  count(key: Key, nowMs: number): number {
    const place = this.#keys.find(key, nowMs)
    if (place === -1) return 0
    this.#roll(place, nowMs)
    return this.#sum(place)
  }

  reset(key: Key, nowMs: number): void {
    const place = this.#keys.find(key, nowMs)
    if (place === -1) return
    this.#counts.fill(0, place * BUCKETS, (place + 1) * BUCKETS)
    this.#keys.weigh(place, 0)
    this.#level[place] = 0
  }

  #admit(place: number, key: Key, nowMs: number): void {
    const { evicted, evictedWeight } = this.#keys
    if (evictedWeight > 0) this.#tail.remember(evicted, evictedWeight, nowMs)
    this.#counts.fill(0, place * BUCKETS, (place + 1) * BUCKETS)
    this.#last[place] = this.#bucketOf(nowMs)
    this.#level[place] = 0
    const estimate = this.#tail.isCrowded ? 0 : this.#tail.estimate(key, nowMs)
    const known = Math.min(estimate, this.#threshold - MARGIN)
    if (known > 0) this.#counts[place * BUCKETS + (this.#lastOf(place) % BUCKETS)] = known
  }

  /** Time has passed: what is too old is gone. */
  #roll(place: number, nowMs: number): void {
    const now = this.#bucketOf(nowMs)
    const passed = now - this.#lastOf(place)
    if (passed <= 0) return
    const from = place * BUCKETS
    for (let step = 1; step <= Math.min(passed, BUCKETS); step++) {
      this.#counts[from + ((this.#lastOf(place) + step) % BUCKETS)] = 0
    }
    this.#last[place] = now
  }

  #sum(place: number): number {
    let sum = 0
    for (let bucket = place * BUCKETS; bucket < (place + 1) * BUCKETS; bucket++) {
      sum += this.#counts[bucket] ?? 0
    }
    return sum
  }

  #lastOf(place: number): number {
    return this.#last[place] ?? 0
  }

  #bucketOf(nowMs: number): number {
    return Math.floor(nowMs / this.#bucketMs)
  }
}
