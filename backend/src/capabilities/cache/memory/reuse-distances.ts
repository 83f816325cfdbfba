import { Fenwick } from './fenwick.ts'

/** Keys that are followed, at most. */
const KEYS_MAX = 2_048
/** Uses that say something. Until then every key is followed, so that it is soon known how much room is wanted. */
export const KNOWN_FROM_USES = 1_000
/** The share of keys that is followed afterwards while there are few of them. More would tell more, and cost every hit. */
const RATE_MAX = 1 / 16
/** When there are too many of them, this share stays. */
const KEPT_RATE = 7 / 8
/** After so many recorded uses everything counts half, so that the curve follows the load. */
const HALVED_AFTER = 16_384
const PER_DOUBLING = 8
const BUCKETS = 26 * PER_DOUBLING
const TIMES = KEYS_MAX * 4
const HASHES = 2 ** 32
const LEAST_HASH = -(2 ** 31)
const LAST_HASH = 2 ** 31 - 1

/**
 * How many other keys are used between two uses of the same, from which follows what share of hits an LRU of any size would have
 * (Mattson et al., 1970). Follows only keys whose hash is small enough, fewer as there are more (SHARDS: Waldspurger, Park, Garthwaite
 * and Ahmad, FAST 2015, with its correction for what the sample has too much or too little of). Its memory is fixed, about 100 KiB.
 */
export class ReuseDistances {
  /** Followed keys, and when each was used last. */
  readonly #lastUse = new Map<number, number>()
  readonly #used = new Fenwick(TIMES)
  readonly #counts = new Float64Array(BUCKETS)
  #time = 0
  #below = LAST_HASH
  #uses = 0
  #hits = 0
  #estimated = 0
  #recorded = 0

  /** Somebody asked for a key, and got it or not. */
  use(hash: number, isHit: boolean): void {
    this.#uses++
    if (isHit) this.#hits++
    if (hash < this.#below) this.#record(hash)
  }

  /** Its value is of no use any more: whatever the size, the next use is no hit. */
  forget(hash: number): void {
    const time = this.#lastUse.get(hash)
    if (time === undefined) return
    this.#lastUse.delete(hash)
    this.#used.add(time, -1)
  }

  forgetAll(): void {
    this.#lastUse.clear()
    this.#used.clear()
    this.#time = 0
  }

  /** How many uses the estimate rests on; fewer than `KNOWN_FROM_USES` say little. */
  get recorded(): number {
    return this.#recorded
  }

  /**
   * The estimated share of hits, from 0 to 1, with room for so many entries where there is room for `room` now. What is measured
   * there corrects the estimate, which is that of an LRU: the share of misses (for less room: of hits) changes as an LRU's would.
   */
  hitShare(entries: number, room: number): number {
    if (this.#uses === 0) return 0
    const measured = this.#hits / this.#uses
    const here = this.#hitShareOfLru(room)
    const there = this.#hitShareOfLru(entries)
    if (entries <= room) return here === 0 ? 0 : Math.min(measured, (there / here) * measured)
    return here === 1 ? measured : 1 - ((1 - there) / (1 - here)) * (1 - measured)
  }

  #hitShareOfLru(entries: number): number {
    const upTo = Math.min(BUCKETS, bucketOf(entries))
    let hits = Math.max(0, this.#uses - this.#estimated)
    for (let bucket = 0; bucket < upTo; bucket++) hits += this.#counts[bucket] as number
    hits += (this.#counts[upTo] ?? 0) * shareOfBucket(entries, upTo)
    return Math.min(1, hits / Math.max(this.#uses, this.#estimated))
  }

  #record(hash: number): void {
    const weight = HASHES / (this.#below - LEAST_HASH)
    const before = this.#lastUse.get(hash)
    if (before !== undefined) {
      const between = this.#lastUse.size - this.#used.sum(before)
      const bucket = Math.min(BUCKETS - 1, bucketOf(between * weight + 1))
      this.#counts[bucket] = (this.#counts[bucket] as number) + weight
      this.#used.add(before, -1)
    }
    if (this.#time === TIMES) this.#renumber()
    this.#lastUse.set(hash, this.#time)
    this.#used.add(this.#time++, 1)
    this.#estimated += weight
    if (++this.#recorded % HALVED_AFTER === 0) this.#halve()
    if (this.#recorded === KNOWN_FROM_USES) this.#followBelow(LEAST_HASH + HASHES * RATE_MAX)
    if (this.#lastUse.size > KEYS_MAX) this.#followFewer()
  }

  #followFewer(): void {
    this.#followBelow(LEAST_HASH + Math.floor((this.#below - LEAST_HASH) * KEPT_RATE))
  }

  #followBelow(hash: number): void {
    this.#below = hash
    for (const known of this.#lastUse.keys()) if (known >= hash) this.forget(known)
  }

  #halve(): void {
    this.#uses = Math.floor(this.#uses / 2) // Whole numbers are counted without a box.
    this.#hits = Math.floor(this.#hits / 2)
    this.#estimated /= 2
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      this.#counts[bucket] = (this.#counts[bucket] as number) / 2
    }
  }

  /** The order of the last uses, from 0 again. */
  #renumber(): void {
    const inOrder = [...this.#lastUse].sort(([, one], [, other]) => one - other)
    this.#used.clear()
    this.#time = 0
    for (const [hash] of inOrder) {
      this.#lastUse.set(hash, this.#time)
      this.#used.add(this.#time++, 1)
    }
  }
}

function bucketOf(entries: number): number {
  return entries <= 1 ? 0 : Math.floor(Math.log2(entries) * PER_DOUBLING)
}

/** How much of a bucket lies below a size. */
function shareOfBucket(entries: number, bucket: number): number {
  const start = 2 ** (bucket / PER_DOUBLING)
  const end = 2 ** ((bucket + 1) / PER_DOUBLING)
  return Math.max(0, Math.min(1, (entries - start) / (end - start)))
}
