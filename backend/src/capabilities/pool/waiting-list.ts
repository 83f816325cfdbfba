import type { CancelSignal } from './steps.ts'

/** A caller without a connection. */
export interface Waiter<T> {
  readonly deadline: number
  readonly signal: CancelSignal | undefined
  readonly resolve: (value: T) => void
  readonly reject: (error: Error) => void
}

/** First come, first served; callers may leave from anywhere in it. */
export class WaitingList<T> {
  #waiters: (Waiter<T> | undefined)[] = []
  #head = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  add(waiter: Waiter<T>): void {
    this.#waiters.push(waiter)
    this.#size++
  }

  /** The one who waits longest, taken off. */
  take(): Waiter<T> | undefined {
    while (this.#head < this.#waiters.length) {
      const waiter = this.#waiters[this.#head]
      this.#waiters[this.#head++] = undefined
      if (waiter !== undefined) {
        this.#size--
        this.#compact()
        return waiter
      }
    }
    this.#compact()
    return undefined
  }

  /** Takes off all that `leaves` says yes to, in their order. */
  remove(leaves: (waiter: Waiter<T>) => boolean): readonly Waiter<T>[] {
    const left: Waiter<T>[] = []
    for (let index = this.#head; index < this.#waiters.length; index++) {
      const waiter = this.#waiters[index]
      if (waiter === undefined || !leaves(waiter)) continue
      this.#waiters[index] = undefined
      this.#size--
      left.push(waiter)
    }
    return left
  }

  /** The part before the head is dropped when it is most of the list: constant time for each waiter. */
  #compact(): void {
    if (this.#head < 64 || this.#head * 2 < this.#waiters.length) return
    this.#waiters = this.#waiters.slice(this.#head)
    this.#head = 0
  }
}
