import { type Charge, Counter, type Terms } from './counter.ts'

/** From one full window to the next, for all keys at the same time. */
export class FixedCounter extends Counter implements Charge {
  #began = 0
  #used = 0

  get counter(): this {
    return this
  }

  usedAt(now: number, terms: Terms): number {
    const began = beginOf(now, terms)
    if (began !== this.#began) {
      this.#began = began
      this.#used = 0
    }
    return this.#used
  }

  charge(now: number, weight: number, terms: Terms): Charge {
    this.#used = this.usedAt(now, terms) + weight
    return this
  }

  waitMs(now: number, _excess: number, terms: Terms): number {
    return beginOf(now, terms) + terms.windowMs - now
  }

  resetMs(now: number, terms: Terms): number {
    return this.#used === 0 ? 0 : this.waitMs(now, 0, terms)
  }

  adjust(difference: number, at: number, now: number, terms: Terms): void {
    const used = this.usedAt(now, terms)
    if (difference < 0 && beginOf(at, terms) !== this.#began) return
    this.#used = Math.max(0, used + difference)
    this.forgive()
  }
}

function beginOf(now: number, terms: Terms): number {
  return Math.floor(now / terms.windowMs) * terms.windowMs
}
