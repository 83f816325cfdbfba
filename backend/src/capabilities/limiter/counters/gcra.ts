import { type Charge, Counter, type Terms } from './counter.ts'

/**
 * A bucket that runs out evenly, `limit` per `windowMs`, and holds `burst`. In no stretch of `windowMs` pass more than `burst` +
 * `limit`: what the bucket holds, and what runs out of it meanwhile. (The generic cell rate algorithm keeps the time when the
 * bucket is empty. The level is the same, and stays right when the limit changes.)
 */
export class GcraCounter extends Counter implements Charge {
  #level = 0
  #at = 0

  get counter(): this {
    return this
  }

  usedAt(now: number, terms: Terms): number {
    this.#level = Math.max(0, this.#level - (now - this.#at) * rateOf(terms))
    this.#at = now
    return this.#level
  }

  charge(now: number, weight: number, terms: Terms): Charge {
    this.#level = this.usedAt(now, terms) + weight
    return this
  }

  waitMs(_now: number, excess: number, terms: Terms): number {
    return excess / rateOf(terms)
  }

  resetMs(_now: number, terms: Terms): number {
    return this.#level / rateOf(terms)
  }

  adjust(difference: number, at: number, now: number, terms: Terms): void {
    const level = this.usedAt(now, terms)
    // What has run out meanwhile is not given back once more.
    const ranOut = difference < 0 ? Math.min(-difference, (now - at) * rateOf(terms)) : 0
    this.#level = Math.max(0, level + difference + ranOut)
    this.forgive()
  }
}

/** What runs out in a millisecond. */
function rateOf(terms: Terms): number {
  return terms.limit / terms.windowMs
}
