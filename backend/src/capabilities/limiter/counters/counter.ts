/** What a counter goes by: of a rule, or of a claim whose limit is less for a while. */
export interface Terms {
  readonly limit: number
  readonly windowMs: number
}

/**
 * What one key has used of one rule. It knows no limit: that comes with each question, so that limits can change while it
 * counts. Times are milliseconds since 1970.
 */
export abstract class Counter {
  readonly key: string
  /** Most keys are never refused, and do without. */
  #denial: Denial | undefined = undefined
  /** The decision that found it last. */
  turn = 0
  /** Another key has its place: what is charged to it is lost. */
  isEvicted = false

  constructor(key: string) {
    this.key = key
  }

  /** Until then nothing as heavy passes where the limit is no higher, so there is no need to count. */
  deny(until: number, weight: number, limit: number): void {
    this.#denial ??= new Denial()
    this.#denial.until = until
    this.#denial.weight = weight
    this.#denial.limit = limit
  }

  /** Something has changed: it is counted again. */
  forgive(): void {
    if (this.#denial !== undefined) this.#denial.until = 0
  }

  /** For how long it is known not to pass; 0: perhaps it passes. */
  deniedMs(now: number, weight: number, limit: number): number {
    const denial = this.#denial
    if (denial === undefined || now >= denial.until) return 0
    return weight >= denial.weight && limit <= denial.limit ? denial.until - now : 0
  }

  /** How much is used now. */
  abstract usedAt(now: number, terms: Terms): number
  /** Uses more. Returns where, for the time when the real weight is known. */
  abstract charge(now: number, weight: number, terms: Terms): Charge
  /** When this much less is used, from now. After `usedAt`. */
  abstract waitMs(now: number, excess: number, terms: Terms): number
  /** When nothing is used, from now. After `usedAt`. */
  abstract resetMs(now: number, terms: Terms): number
}

class Denial {
  until = 0
  weight = 0
  limit = 0
}

/** A place where something was charged. */
export interface Charge {
  readonly counter: Counter
  /** What was charged at `at` is more or less by this. What does not count any more is not given back. */
  adjust(difference: number, at: number, now: number, terms: Terms): void
}
