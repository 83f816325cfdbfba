import type { HoldBackReason } from './events.ts'
import { BACKOFF_MAX_MS, BACKOFF_MIN_MS, CONNECTING_MAX, SERVER_FULL_MS } from './options.ts'

const WINDOW_MS = 1_000

/**
 * When the next connection may be opened: not more than `perSecondMax` in any second, one at a time after a failure and
 * only after a wait that doubles and is half chance, so that a server that comes back is asked by many soon, but not at
 * once. Times are the caller's, in milliseconds.
 */
export class ConnectPace {
  readonly #random: () => number
  /** When the last ones were begun, the oldest at `#next`. */
  readonly #begun: Float64Array
  #next = 0
  #failures = 0
  #failedAt = Number.NEGATIVE_INFINITY
  #retryAt = Number.NEGATIVE_INFINITY
  #fullUntil = Number.NEGATIVE_INFINITY
  #fullSize = 0

  constructor(perSecondMax: number, random: () => number) {
    this.#random = random
    this.#begun = new Float64Array(perSecondMax).fill(Number.NEGATIVE_INFINITY)
  }

  /** How many may be under way at the same time. */
  get inFlightMax(): number {
    return this.#failures > 0 ? 1 : CONNECTING_MAX
  }

  /** When the next may begin; a moment that has passed: now. */
  nextAt(): number {
    return Math.max(this.#retryAt, this.#rateAt)
  }

  reasonToWait(): HoldBackReason {
    return this.#retryAt >= this.#rateAt ? 'failures' : 'rate'
  }

  /** Connections that the server seems to allow at this moment; `Infinity`: it has not complained lately. */
  ceiling(now: number): number {
    return now < this.#fullUntil ? this.#fullSize : Number.POSITIVE_INFINITY
  }

  begun(now: number): void {
    this.#begun[this.#next] = now
    this.#next = (this.#next + 1) % this.#begun.length
  }

  /** There are `size` now: that many the server allows. */
  succeeded(size: number): void {
    this.#fullSize = Math.max(this.#fullSize, size)
    this.#failures = 0
    this.#retryAt = Number.NEGATIVE_INFINITY
  }

  /** Those that were under way together fail together: that is one failure. Answers the wait until the next attempt. */
  failed(begunAt: number, now: number): number {
    if (begunAt > this.#failedAt) {
      const longest = Math.min(BACKOFF_MIN_MS * 2 ** this.#failures, BACKOFF_MAX_MS)
      this.#failures++
      this.#failedAt = now
      this.#retryAt = now + longest * (0.5 + 0.5 * this.#random())
    }
    return Math.max(0, this.#retryAt - now)
  }

  /** The server had no connection left when we had `size`. Answers for how long it is asked for no more. */
  full(size: number, now: number): number {
    this.#fullSize = Math.max(1, size)
    const forMs = SERVER_FULL_MS * (0.5 + 0.5 * this.#random())
    this.#fullUntil = now + forMs
    return forMs
  }

  get #rateAt(): number {
    return (this.#begun[this.#next] as number) + WINDOW_MS
  }
}
