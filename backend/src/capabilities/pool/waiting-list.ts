import type { PoolClass } from './classes.ts'
import type { CancelSignal } from './steps.ts'

/** A caller without a connection. */
export interface Waiter<T> {
  readonly kind: PoolClass
  /** Whose turn it is; empty where the caller did not say. */
  readonly tenant: string
  readonly since: number
  /** It waits no longer than this; `isOwnDeadline`: by its own wish, not the pool's rule. */
  readonly deadline: number
  readonly isOwnDeadline: boolean
  readonly signal: CancelSignal | undefined
  readonly resolve: (value: T) => void
  readonly reject: (error: Error) => void
}

/** First come, first served; callers may leave from anywhere in it. */
export class WaitingList<T> {
  /** Those before the head have been served, and their places are empty. */
  #waiters: (Waiter<T> | undefined)[] = []
  #head = 0

  get size(): number {
    return this.#waiters.length - this.#head
  }

  add(waiter: Waiter<T>): void {
    this.#waiters.push(waiter)
  }

  /** The one who waits longest. */
  peek(): Waiter<T> | undefined {
    return this.#waiters[this.#head]
  }

  /** The one who waits longest, taken off. */
  take(): Waiter<T> | undefined {
    if (this.size === 0) return undefined
    const waiter = this.#waiters[this.#head]
    this.#waiters[this.#head++] = undefined
    this.#compact()
    return waiter
  }

  /** Takes off all that `leaves` says yes to, in their order. Looks at everybody once. */
  remove(leaves: (waiter: Waiter<T>) => boolean): readonly Waiter<T>[] {
    const left: Waiter<T>[] = []
    const stayed: Waiter<T>[] = []
    for (let index = this.#head; index < this.#waiters.length; index++) {
      const waiter = this.#waiters[index] as Waiter<T>
      if (leaves(waiter)) left.push(waiter)
      else stayed.push(waiter)
    }
    this.#waiters = stayed
    this.#head = 0
    return left
  }

  /** The part before the head is dropped when it is most of the list: constant time for each waiter. */
  #compact(): void {
    if (this.#head < 64 || this.#head * 2 < this.#waiters.length) return
    this.#waiters = this.#waiters.slice(this.#head)
    this.#head = 0
  }
}
