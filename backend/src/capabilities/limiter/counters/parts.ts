/** Numbers kept of each part: when its first was, when its last, and how much. */
const EACH = 3

/** Parts of a window that are not the newest, the oldest first: flat, as keys in heavy use have many. */
export class Parts {
  readonly #numbers: number[] = []
  #head = 0

  get isEmpty(): boolean {
    return this.#head === this.#numbers.length
  }

  push(first: number, last: number, count: number): void {
    this.#numbers.push(first, last, count)
  }

  /** Forgets those whose last was at that time, or before. Returns how much that was. */
  dropUntil(time: number): number {
    const numbers = this.#numbers
    let dropped = 0
    let head = this.#head
    while (head < numbers.length && (numbers[head + 1] as number) <= time) {
      dropped += numbers[head + 2] as number
      head += EACH
    }
    if (head === this.#head) return 0
    this.#head = head
    if (4 * head >= numbers.length) {
      numbers.copyWithin(0, head).length -= head
      this.#head = 0
    }
    return dropped
  }

  /** The last of that part with which, all before it included, there is so much; undefined: there is less. */
  lastWith(amount: number): number | undefined {
    let missing = amount
    for (let at = this.#head; at < this.#numbers.length; at += EACH) {
      missing -= this.#numbers[at + 2] as number
      if (missing <= 1e-9) return this.#numbers[at + 1]
    }
    return undefined
  }

  /** More or less of what was counted at that time. Returns whether there is such a part. */
  adjust(time: number, difference: number): boolean {
    const numbers = this.#numbers
    for (let at = this.#head; at < numbers.length; at += EACH) {
      if ((numbers[at] as number) > time) return false
      if ((numbers[at + 1] as number) < time) continue
      numbers[at + 2] = (numbers[at + 2] as number) + difference
      return true
    }
    return false
  }
}
