/** Of short windows too something is known after a process was held up for a while. */
const SPAN_MIN_MS = 2_500
const NOTHING = Number.POSITIVE_INFINITY

/** The least that was left of a counter in the last one or two windows, as far as this process was told. Infinite: it was told nothing. */
export class LeftLately {
  #since = Number.NEGATIVE_INFINITY
  #seenAt = Number.NEGATIVE_INFINITY
  #least = NOTHING
  #leastBefore = NOTHING

  see(now: number, left: number, windowMs: number): void {
    const spanMs = Math.max(windowMs, SPAN_MIN_MS)
    if (now - this.#since >= spanMs) {
      this.#leastBefore = this.#wasSeen(now, spanMs) ? this.#least : NOTHING
      this.#least = NOTHING
      this.#since = now
    }
    this.#least = Math.min(this.#least, left)
    this.#seenAt = now
  }

  leastAt(now: number, windowMs: number): number {
    const spanMs = Math.max(windowMs, SPAN_MIN_MS)
    if (!this.#wasSeen(now, spanMs)) return NOTHING
    const isOver = now - this.#since >= spanMs
    return isOver ? this.#least : Math.min(this.#least, this.#leastBefore)
  }

  #wasSeen(now: number, spanMs: number): boolean {
    return now - this.#seenAt < 2 * spanMs
  }
}
