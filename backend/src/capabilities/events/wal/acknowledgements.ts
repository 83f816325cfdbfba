import type { Lsn } from './lsn.ts'

interface Ended {
  readonly last: bigint
  readonly end: Lsn
}

const ENDED_MAX = 1_024

/**
 * How far the slot may move: to the end of the last transaction whose changes are all acknowledged, and further while nothing for us
 * is in the log. Pure.
 */
export class Acknowledgements {
  /** Transactions that are not acknowledged, the oldest first. */
  #ended: Ended[] = []
  /** The last change that was passed on. */
  #last = 0n
  #acknowledged = 0n
  #flushed: Lsn = 0n

  /** The slot may move here. */
  get flushed(): Lsn {
    return this.#flushed
  }

  /** Everything up to this position is acknowledged, and the slot may have moved past it. */
  get acknowledged(): bigint {
    return this.#acknowledged
  }

  changed(position: bigint): void {
    this.#last = position
  }

  /** Everything before `end` has been passed on: a transaction has ended there, or the server says that no more is for us. */
  reached(end: Lsn): void {
    if (this.#last <= this.#acknowledged) return this.#flush(end)
    if (this.#ended.at(-1)?.last === this.#last) this.#ended.pop()
    this.#ended.push({ last: this.#last, end })
    if (this.#ended.length > ENDED_MAX) this.#thin()
  }

  acknowledge(position: bigint): void {
    if (position <= this.#acknowledged) return
    this.#acknowledged = position
    let count = 0
    for (const { last, end } of this.#ended) {
      if (last > position) break
      this.#flush(end)
      count++
    }
    this.#ended.splice(0, count)
  }

  #flush(end: Lsn): void {
    if (end > this.#flushed) this.#flushed = end
  }

  /** Forgetting one of two only makes the slot move in greater steps; the last says where all of them end. */
  #thin(): void {
    this.#ended = this.#ended.filter((_, index) => index % 2 === 1 || index === ENDED_MAX)
  }
}
