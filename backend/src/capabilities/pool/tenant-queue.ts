import { type Waiter, WaitingList } from './waiting-list.ts'

/** Nobody is passed over more often than this in a row. */
const DEBT_MAX = 8

interface Line<T> {
  readonly waiters: WaitingList<T>
  /** Connection time that was used and is not paid for yet, in turns. */
  debt: number
}

/**
 * The callers of one class: those of one tenant in their order, the tenants in turns. A tenant pays for the time that it
 * held connections by being passed over: deficit round robin (Shreedhar and Varghese, SIGCOMM 1995), paid afterwards, as
 * nobody knows how long a statement will take. What is charged for one use causes at most eight steps, so adding and taking
 * cost constant time on average.
 */
export class TenantQueue<T> {
  /** Everybody who waits or owes; forgotten as soon as nobody waits. */
  readonly #lines = new Map<string, Line<T>>()
  /** Those who wait, in the order of their turns; a ring, cut open at `#head`. */
  #turns: (Line<T> | undefined)[] = []
  #head = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  add(waiter: Waiter<T>): void {
    const line = this.#lineOf(waiter.tenant)
    if (line.waiters.size === 0) this.#turns.push(line)
    line.waiters.add(waiter)
    this.#size++
  }

  /** The one whose turn it is, taken off. */
  take(): Waiter<T> | undefined {
    if (this.#size === 0) return undefined
    let line = this.#nextLine()
    while (line.debt > 0 && this.#turns.length > this.#head) {
      line.debt--
      this.#turns.push(line)
      line = this.#nextLine()
    }
    const waiter = line.waiters.take()
    this.#size--
    if (line.waiters.size > 0) this.#turns.push(line)
    if (this.#size === 0) this.#forget()
    return waiter
  }

  /** A tenant has held a connection for so many times the usual. Of no interest where nobody waits. */
  charge(tenant: string, turns: number): void {
    const line = this.#size === 0 ? undefined : this.#lines.get(tenant)
    if (line !== undefined) line.debt = Math.min(DEBT_MAX, Math.max(0, line.debt) + turns)
  }

  /** When the one who waits longest came; undefined when nobody waits. */
  oldest(): number | undefined {
    let oldest: number | undefined
    for (let index = this.#head; index < this.#turns.length; index++) {
      const since = this.#turns[index]?.waiters.peek()?.since
      if (since !== undefined && (oldest === undefined || since < oldest)) oldest = since
    }
    return oldest
  }

  /** Takes off all that `leaves` says yes to. */
  remove(leaves: (waiter: Waiter<T>) => boolean): readonly Waiter<T>[] {
    const stayed: Line<T>[] = []
    let left: readonly Waiter<T>[] = []
    for (let index = this.#head; index < this.#turns.length; index++) {
      const line = this.#turns[index] as Line<T>
      const gone = line.waiters.remove(leaves)
      if (gone.length > 0) left = left.concat(gone)
      if (line.waiters.size > 0) stayed.push(line)
    }
    this.#turns = stayed
    this.#head = 0
    this.#size -= left.length
    if (this.#size === 0) this.#forget()
    return left
  }

  #lineOf(tenant: string): Line<T> {
    const known = this.#lines.get(tenant)
    if (known !== undefined) return known
    const line = { waiters: new WaitingList<T>(), debt: 0 }
    this.#lines.set(tenant, line)
    return line
  }

  #nextLine(): Line<T> {
    const line = this.#turns[this.#head] as Line<T>
    this.#turns[this.#head++] = undefined
    if (this.#head >= 64 && this.#head * 2 >= this.#turns.length) {
      this.#turns = this.#turns.slice(this.#head)
      this.#head = 0
    }
    return line
  }

  #forget(): void {
    this.#lines.clear()
    this.#turns = []
    this.#head = 0
  }
}
