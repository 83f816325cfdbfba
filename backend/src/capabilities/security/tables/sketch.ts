import { type Key, mixed } from '../hash.ts'

const ROWS = 4

/**
 * What many keys counted for when they had to give way, in little memory: never less than it was, sometimes more (a count-min sketch,
 * Cormode and Muthukrishnan 2005). Two generations, so that it forgets after one to two times `lifeMs`.
 */
export class Sketch {
  readonly #mask: number
  readonly #lifeMs: number
  #now: Uint8Array
  #before: Uint8Array
  #inNow = 0
  #inBefore = 0
  #generation = 0

  constructor(width: number, lifeMs: number) {
    const cells = 2 ** Math.max(6, Math.floor(Math.log2(width)))
    this.#mask = cells - 1
    this.#lifeMs = lifeMs
    this.#now = new Uint8Array(cells * ROWS)
    this.#before = new Uint8Array(cells * ROWS)
  }

  get bytes(): number {
    return this.#now.byteLength + this.#before.byteLength
  }

  /** There are more keys in it than it can tell apart: what it says may be far too much. */
  get isCrowded(): boolean {
    return this.#inNow + this.#inBefore > this.#mask
  }

  /** It counted for `weight` in all. */
  remember(key: Key, weight: number, nowMs: number): void {
    this.#turn(nowMs)
    this.#inNow++
    for (let row = 0; row < ROWS; row++) {
      const cell = this.#cellOf(key, row)
      if ((this.#now[cell] ?? 0) < weight) this.#now[cell] = weight
    }
  }

  estimate(key: Key, nowMs: number): number {
    this.#turn(nowMs)
    if (this.#inNow + this.#inBefore === 0) return 0
    let least = 255
    for (let row = 0; row < ROWS; row++) {
      const cell = this.#cellOf(key, row)
      least = Math.min(least, Math.max(this.#now[cell] ?? 0, this.#before[cell] ?? 0))
    }
    return least
  }

  #cellOf(key: Key, row: number): number {
    return (mixed(key.a, key.b + row) & this.#mask) * ROWS + row
  }

  #turn(nowMs: number): void {
    const generation = Math.floor(nowMs / this.#lifeMs)
    if (generation <= this.#generation) return
    const isNext = generation === this.#generation + 1
    const free = this.#before
    if (isNext) this.#before = this.#now
    else this.#now.fill(0)
    if (isNext) this.#now = free
    this.#inBefore = isNext ? this.#inNow : 0
    this.#inNow = 0
    free.fill(0)
    this.#generation = generation
  }
}
