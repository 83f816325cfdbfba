/** How many answers are remembered: as many as NTP's clock filter (RFC 5905, section 10). */
const REMEMBERED = 8

/**
 * The clock of Redis less ours, in milliseconds. Redis looks at its clock some time after it was asked, so each answer tells a little too
 * much; the least that one of the last answers has told is the best that is known, too much by the shortest of their ways.
 */
export class ClockOffset {
  readonly #seen: number[] = []
  #next = 0
  #ms = 0

  get ms(): number {
    return this.#ms
  }

  /** Redis's clock as answered, less ours when it was asked. */
  see(ms: number): void {
    this.#seen[this.#next] = ms
    this.#next = (this.#next + 1) % REMEMBERED
    this.#ms = Math.min(...this.#seen)
  }

  /** Forgets what was seen before: a clock was set. */
  begin(ms: number): void {
    this.#seen.length = this.#next = 0
    this.see(ms)
  }
}
