import type { Clock } from '../../../base/index.ts'

/** Fewer than before are believed after so long: a Redis that has lost everything hears of them one by one. */
const FEWER_AFTER_MS = 5_000

/** How many processes share the limits, as far as was heard. */
export class Members {
  count: number
  readonly #clock: Clock
  #fewerSince: number | undefined = undefined

  /** `count`: before anything was heard. */
  constructor(clock: Clock, count = 1) {
    this.#clock = clock
    this.count = count
  }

  hear(count: number): void {
    const now = this.#clock.now()
    if (count >= this.count) this.#fewerSince = undefined
    else if (this.#fewerSince === undefined) this.#fewerSince = now
    if (this.#fewerSince !== undefined && now - this.#fewerSince < FEWER_AFTER_MS) return
    this.count = Math.max(1, count)
    this.#fewerSince = undefined
  }
}
