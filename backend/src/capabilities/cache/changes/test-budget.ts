import type { Clock } from '../../../base/index.ts'

/** How many tests may be run: so many a second, and those of a second at once. */
export class TestBudget {
  readonly #perSecond: number
  readonly #clock: Clock
  #left: number
  #at: number

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
    this.#left = perSecond
    this.#at = clock.now()
  }

  /** Whether so many may be run now. A few are not worth a look at the clock. */
  take(tests: number): boolean {
    if (this.#left < tests) this.#refill()
    if (this.#left < tests) return false
    this.#left -= tests
    return true
  }

  #refill(): void {
    const now = this.#clock.now()
    const earned = ((now - this.#at) * this.#perSecond) / 1_000
    this.#left = Math.min(this.#perSecond, this.#left + earned)
    this.#at = now
  }
}
