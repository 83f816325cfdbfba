import { type Charge, Counter, type Terms } from './counter.ts'
import { Parts } from './parts.ts'

/** Parts of a window. What falls into one part ends together, at the time of the last of it: up to 1/128 late, never early. */
const PARTS = 128

const NEVER = Number.NEGATIVE_INFINITY

/**
 * The last `windowMs`, in parts: in no stretch of that length is there more than was allowed, and whoever comes all the time gets the limit
 * once in 129/128 of a window, less than one in a hundred too little. A key that is seldom seen has one part, one in heavy use 130.
 */
export class SlidingCounter extends Counter implements Charge {
  #total = 0
  /** Of the newest part. Never: there is none. */
  #first = NEVER
  #last = NEVER
  #count = 0
  #older: Parts | undefined = undefined

  get counter(): this {
    return this
  }

  usedAt(now: number, terms: Terms): number {
    const over = now - terms.windowMs
    if (this.#last <= over) this.#forget()
    else if (this.#older !== undefined) {
      this.#total -= this.#older.dropUntil(over)
      // Sums of fractions need not end at nothing.
      if (this.#older.isEmpty) {
        this.#older = undefined
        this.#total = this.#count
      }
    }
    return this.#total
  }

  charge(now: number, weight: number, terms: Terms): Charge {
    if (this.#last === NEVER) this.#begin(now)
    else if (now - this.#first >= terms.windowMs / PARTS) {
      this.#older ??= new Parts()
      this.#older.push(this.#first, this.#last, this.#count)
      this.#begin(now)
    }
    this.#last = now
    this.#count += weight
    this.#total += weight
    return this
  }

  #forget(): void {
    if (this.#last === NEVER) return
    this.#first = this.#last = NEVER
    this.#total = this.#count = 0
    this.#older = undefined
  }

  #begin(now: number): void {
    this.#first = now
    this.#count = 0
  }

  waitMs(now: number, excess: number, terms: Terms): number {
    const { windowMs } = terms
    if (excess > this.#total + 1e-9) return windowMs
    return (this.#older?.lastWith(excess) ?? this.#last) + windowMs - now
  }

  resetMs(now: number, terms: Terms): number {
    return this.#total === 0 ? 0 : this.#last + terms.windowMs - now
  }

  adjust(difference: number, at: number, now: number, terms: Terms): void {
    this.usedAt(now, terms) // What is over is not given back once more.
    if (this.#adjusted(at, difference)) this.#total += difference
    else if (difference > 0) this.charge(now, difference, terms)
    else return
    this.forgive()
  }

  #adjusted(at: number, difference: number): boolean {
    if (at < this.#first || at > this.#last) return this.#older?.adjust(at, difference) ?? false
    this.#count += difference
    return true
  }
}
