import type { Key } from '../hash.ts'

/** Of each place: the second half of its key, when it was seen, and what its user keeps there. */
const PLACE = 8
const SEEN = 1
/** Where what its user keeps begins: six whole numbers, or, from `DOUBLES` on, three others. */
export const INTEGERS = 2
export const DOUBLES = 1

/**
 * Whoever comes for the first time, with a few numbers, in one piece of memory for each: most come once or do the same again and
 * again, and need no more than this. A key has one place; the next one that has the same takes it.
 */
export class FirstSights {
  readonly integers: Int32Array
  /** The same memory. */
  readonly doubles: Float64Array
  /** Where the place begins that was claimed last. */
  place = 0
  /** Was the key that `claim` was asked for last there already? */
  isKnown = false
  /** When it was seen before that, in seconds. */
  seenAt = 0
  readonly #mask: number
  readonly #lifeS: number

  /** What was not seen for `lifeMs` is gone. */
  constructor(wanted: number, lifeMs: number) {
    const places = 2 ** Math.max(6, Math.floor(Math.log2(wanted)))
    this.integers = new Int32Array(places * PLACE)
    this.doubles = new Float64Array(this.integers.buffer)
    this.#mask = places - 1
    this.#lifeS = Math.ceil(lifeMs / 1_000)
  }

  get bytes(): number {
    return this.integers.byteLength
  }

  /** Where its place begins among the integers; half of that among the doubles. */
  claim({ a, b }: Key, nowMs: number): number {
    const { integers } = this
    const at = (a & this.#mask) * PLACE
    this.place = at
    const now = Math.floor(nowMs / 1_000) + 1
    const seenAt = integers[at + SEEN] ?? 0
    this.isKnown = integers[at] === b && seenAt !== 0 && now - seenAt <= this.#lifeS
    this.seenAt = seenAt
    integers[at] = b
    integers[at + SEEN] = now
    return at
  }

  forget({ a, b }: Key): void {
    const at = (a & this.#mask) * PLACE
    if (this.integers[at] === b) this.integers[at + SEEN] = 0
  }
}
