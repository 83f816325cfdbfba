import type { ReaderRules } from './reader-options.ts'

/** How long a reader sleeps: at least and at most, in milliseconds. Being woken makes it the least. */
export interface Sleep {
  readonly leastMs: number
  readonly mostMs: number
}

export const NO_SLEEP: Sleep = Object.freeze({ leastMs: 0, mostMs: 0 })

/**
 * When to look again. Soon after something has come, or somebody has called, since what they mean is often not readable yet: an older
 * transaction has to end first. Then twice as late each time, up to the sweep.
 */
export class Pace {
  readonly #rules: Pick<ReaderRules, 'sweepMs' | 'restMs'>
  readonly #random: () => number
  #nextMs: number

  constructor(rules: Pick<ReaderRules, 'sweepMs' | 'restMs'>, random: () => number) {
    this.#rules = rules
    this.#random = random
    this.#nextMs = rules.sweepMs
  }

  /** Something may be on its way. */
  hurry(): void {
    this.#nextMs = this.#rules.restMs
  }

  /** After a look that found nothing, or not a full page. */
  sleep(): Sleep {
    const { sweepMs, restMs } = this.#rules
    const sweep = sweepMs * (0.8 + 0.2 * this.#random())
    const mostMs = Math.max(restMs, Math.min(this.#nextMs, sweep))
    this.#nextMs = Math.max(1, this.#nextMs * 2)
    if (this.#nextMs > sweepMs) this.#nextMs = sweepMs
    return { leastMs: restMs, mostMs }
  }
}
