import { Key } from '../hash.ts'

const WAYS = 8

/**
 * A fixed number of places for keys. A key can be in one of eight; when all are taken, the one that counts least gives way, and among
 * equals the one not seen for longest. So the memory is bounded, and a flood of new keys pushes out other new keys
 * rather than those that have been at it for a while.
 */
export class KeyTable {
  readonly places: number
  /** Was the place that `claim` answered another's, or nobody's, before? */
  isNew = false
  /** What had to give way for that one; `evictedWeight` is 0 when nothing had to. */
  readonly evicted = new Key(0, 0)
  evictedWeight = 0
  /** What the key at each place counts for, when one has to give way. */
  readonly weight: Uint8Array
  readonly #a: Int32Array
  readonly #b: Int32Array
  /** In seconds, and one more: 0 is a free place. */
  readonly #seenAt: Uint32Array
  readonly #setMask: number
  readonly #lifeS: number

  /** A key that was not seen for `lifeMs` is gone. */
  constructor(wanted: number, lifeMs: number) {
    this.places = placesFor(wanted)
    this.weight = new Uint8Array(this.places)
    this.#a = new Int32Array(this.places)
    this.#b = new Int32Array(this.places)
    this.#seenAt = new Uint32Array(this.places)
    this.#setMask = this.places / WAYS - 1
    this.#lifeS = Math.ceil(lifeMs / 1_000)
  }

  get bytes(): number {
    return this.places * 13
  }

  /** Its place, or -1. */
  find(key: Key, nowMs: number): number {
    const { a, b } = key
    const first = (a & this.#setMask) * WAYS
    for (let place = first; place < first + WAYS; place++) {
      if (this.#b[place] === b && this.#a[place] === a && this.#isLive(place, nowMs)) return place
    }
    return -1
  }

  /** Its place, which is made now if need be. */
  claim(key: Key, nowMs: number): number {
    const found = this.find(key, nowMs)
    this.isNew = found === -1
    this.evictedWeight = 0
    const place = this.isNew ? this.#leastOf((key.a & this.#setMask) * WAYS, nowMs) : found
    if (this.isNew) this.#occupy(place, key, nowMs)
    this.#seenAt[place] = secondsOf(nowMs)
    return place
  }

  #occupy(place: number, key: Key, nowMs: number): void {
    if (this.#isLive(place, nowMs)) {
      this.evicted.a = this.#a[place] ?? 0
      this.evicted.b = this.#b[place] ?? 0
      this.evictedWeight = this.weight[place] ?? 0
    }
    this.#a[place] = key.a
    this.#b[place] = key.b
    this.weight[place] = 0
  }

  free(place: number): void {
    this.#seenAt[place] = 0
  }

  /** How many places are taken. Looks at all of them. */
  count(nowMs: number): number {
    let taken = 0
    for (let place = 0; place < this.places; place++) if (this.#isLive(place, nowMs)) taken++
    return taken
  }

  #isLive(place: number, nowMs: number): boolean {
    const seenAt = this.#seenAt[place] ?? 0
    return seenAt !== 0 && secondsOf(nowMs) - seenAt <= this.#lifeS
  }

  #leastOf(first: number, nowMs: number): number {
    let least = first
    for (let place = first; place < first + WAYS; place++) {
      if (!this.#isLive(place, nowMs)) return place
      if (this.#isLess(place, least)) least = place
    }
    return least
  }

  #isLess(place: number, other: number): boolean {
    const weight = this.weight[place] ?? 0
    const otherWeight = this.weight[other] ?? 0
    if (weight !== otherWeight) return weight < otherWeight
    return (this.#seenAt[place] ?? 0) < (this.#seenAt[other] ?? 0)
  }
}

/** A power of two. */
function placesFor(wanted: number): number {
  return 2 ** Math.max(6, Math.floor(Math.log2(wanted)))
}

function secondsOf(ms: number): number {
  return Math.floor(ms / 1_000) + 1
}
