import type { Clock } from '../../base/index.ts'
import type { Placed, Stall, Waiting } from './types.ts'

/** How far behind a reader is, as far as it can know. */
export class Lag {
  readonly #clock: Clock
  /** Everything that was written before is delivered, in milliseconds since 1970. */
  #deliveredUntil: number
  #isCaughtUp = false
  #stall: Stall | undefined
  #waiting: Waiting | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.#deliveredUntil = clock.epochMs()
  }

  get isCaughtUp(): boolean {
    return this.#isCaughtUp
  }

  get stall(): Stall | undefined {
    return this.#stall
  }

  /** Events that are known to wait. */
  get events(): number {
    return this.#waiting?.events ?? 0
  }

  /** The age of the oldest event that is not delivered, or of the last look when that failed; 0 when caught up. */
  ms(): number {
    if (this.#isCaughtUp) return 0
    const from = this.#waiting?.oldestAt ?? this.#deliveredUntil
    return Math.max(0, this.#clock.epochMs() - from)
  }

  /** A page is about to be delivered. */
  delivering(first: Placed): void {
    this.#isCaughtUp = false
    this.#deliveredUntil = Math.min(first.at, this.#clock.epochMs())
    this.#stall = undefined
    this.#waiting = undefined
  }

  /** It has been. More is known to be there only when the page was full. */
  delivered(last: Placed, isFull: boolean): void {
    this.#isCaughtUp = !isFull
    this.#deliveredUntil = isFull ? Math.min(last.at, this.#clock.epochMs()) : this.#clock.epochMs()
  }

  /** There was nothing to read. */
  looked(): void {
    if (this.#stall !== undefined) return
    this.#isCaughtUp = true
    this.#deliveredUntil = this.#clock.epochMs()
  }

  stalled(stall: Stall | undefined, waiting: Waiting | undefined): void {
    this.#stall = stall
    this.#waiting = stall && waiting
    if (stall === undefined) return
    this.#isCaughtUp = false
  }

  /** Nobody knows what has been written since the last look. */
  failed(): void {
    this.#isCaughtUp = false
  }
}
