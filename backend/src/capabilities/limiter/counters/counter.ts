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
  /** Until then nothing as heavy passes where the limit is no higher, so there is no need to count. */
  deniedUntil = 0
  #deniedWeight = 0
  #deniedLimit = 0
  /** The decision that found it last. */
  turn = 0
  /** Another key has its place: what is charged to it is lost. */
  isEvicted = false

  constructor(key: string) {
    this.key = key
  }

  deny(until: number, weight: number, limit: number): void {
    this.deniedUntil = until
    this.#deniedWeight = weight
    this.#deniedLimit = limit
  }

  isDenied(now: number, weight: number, limit: number): boolean {
    return now < this.deniedUntil && weight >= this.#deniedWeight && limit <= this.#deniedLimit
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

/** A place where something was charged. */
export interface Charge {
  readonly counter: Counter
  /** What was charged at `at` is more or less by this. What does not count any more is not given back. */
  adjust(difference: number, at: number, now: number, terms: Terms): void
}
