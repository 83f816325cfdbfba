import { Key } from '../hash.ts'

const WAYS = 8
/** Of one set, in whole numbers: the second halves of its keys, the first halves, when they were seen, and what they count for. */
const SET = 32
const FIRST_HALVES = WAYS
const SEEN = 2 * WAYS
const WEIGHTS = 3 * WAYS
const WEIGHT_MAX = 255

/**
 * A fixed number of places for keys. A key can be in one of eight; when all are taken, the one that counts least gives way, and among
 * equals the one not seen for longest. So the memory is bounded, and a flood of new keys pushes out other new keys
 * rather than those that have been at it for a while. What belongs to the eight lies side by side: memory is slower than anything
 * that is done with it here.
 */
export class KeyTable {
  readonly places: number
  /** Was the place that `claim` answered another's, or nobody's, before? */
  isNew = false
  /** What had to give way for that one; `evictedWeight` is 0 when nothing had to. */
  readonly evicted = new Key(0, 0)
  evictedWeight = 0
  readonly #cells: Int32Array
  readonly #setMask: number
  readonly #lifeS: number
  /** When any key was seen last: where that is long ago, nobody is here. */
  #latest = 0

  /** A key that was not seen for `lifeMs` is gone. */
  constructor(wanted: number, lifeMs: number) {
    this.places = placesFor(wanted)
    this.#cells = new Int32Array((this.places / WAYS) * SET)
    this.#setMask = this.places / WAYS - 1
    this.#lifeS = Math.ceil(lifeMs / 1_000)
  }

  get bytes(): number {
    return this.#cells.byteLength
  }

  /** Its place, or -1. */
  find(key: Key, nowMs: number): number {
    const now = secondsOf(nowMs)
    return now - this.#latest > this.#lifeS ? -1 : this.#find(key, now)
  }

  /** Its place, which is made now if need be. */
  claim(key: Key, nowMs: number): number {
    const now = secondsOf(nowMs)
    const found = this.#find(key, now)
    this.isNew = found === -1
    this.evictedWeight = 0
    const place = this.isNew ? this.#leastOf(key, now) : found
    if (this.isNew) this.#occupy(place, key, now)
    this.#cells[cellOf(place) + SEEN] = now
    if (now > this.#latest) this.#latest = now
    return place
  }

  /** What the key there counts for when one has to give way: up to 255. */
  weigh(place: number, weight: number): void {
    this.#cells[cellOf(place) + WEIGHTS] = Math.min(WEIGHT_MAX, weight)
  }

  free(place: number): void {
    this.#cells[cellOf(place) + SEEN] = 0
  }

  /** How many places are taken. Looks at all of them. */
  count(nowMs: number): number {
    const now = secondsOf(nowMs)
    let taken = 0
    for (let place = 0; place < this.places; place++) {
      if (this.#isLive(cellOf(place), now)) taken++
    }
    return taken
  }

  #find({ a, b }: Key, now: number): number {
    const cells = this.#cells
    const set = a & this.#setMask
    const first = set * SET
    for (let cell = first; cell < first + WAYS; cell++) {
      if (cells[cell] !== b || cells[cell + FIRST_HALVES] !== a) continue
      if (this.#isLive(cell, now)) return set * WAYS + cell - first
    }
    return -1
  }

  #occupy(place: number, { a, b }: Key, now: number): void {
    const cells = this.#cells
    const cell = cellOf(place)
    if (this.#isLive(cell, now)) {
      this.evicted.a = cells[cell + FIRST_HALVES] ?? 0
      this.evicted.b = cells[cell] ?? 0
      this.evictedWeight = cells[cell + WEIGHTS] ?? 0
    }
    cells[cell] = b
    cells[cell + FIRST_HALVES] = a
    cells[cell + WEIGHTS] = 0
  }

  #isLive(cell: number, now: number): boolean {
    const seen = this.#cells[cell + SEEN] ?? 0
    return seen !== 0 && now - seen <= this.#lifeS
  }

  /** The place of this key's eight that is free, or else the one to give way. */
  #leastOf({ a }: Key, now: number): number {
    const set = a & this.#setMask
    const first = set * SET
    let least = first
    for (let cell = first; cell < first + WAYS; cell++) {
      if (!this.#isLive(cell, now)) return set * WAYS + cell - first
      if (this.#isLess(cell, least)) least = cell
    }
    return set * WAYS + least - first
  }

  #isLess(cell: number, other: number): boolean {
    const cells = this.#cells
    const weight = cells[cell + WEIGHTS] ?? 0
    const otherWeight = cells[other + WEIGHTS] ?? 0
    if (weight !== otherWeight) return weight < otherWeight
    return (cells[cell + SEEN] ?? 0) < (cells[other + SEEN] ?? 0)
  }
}

/** Where what is known of a place begins. */
function cellOf(place: number): number {
  return Math.floor(place / WAYS) * SET + (place % WAYS)
}

/** A power of two. */
function placesFor(wanted: number): number {
  return 2 ** Math.max(6, Math.floor(Math.log2(wanted)))
}

/** And one more: 0 is a free place. */
function secondsOf(ms: number): number {
  return Math.floor(ms / 1_000) + 1
}
