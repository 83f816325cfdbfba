import type { Fault } from './fault.ts'

/** Finds out what PostgreSQL would say first, of what comes in any order. */
export class FirstFault {
  #rank = Number.POSITIVE_INFINITY
  #doubt = Number.POSITIVE_INFINITY
  #fault: Fault | undefined

  /** Undefined: none, or something comes before it that only PostgreSQL knows. */
  get fault(): Fault | undefined {
    return this.#doubt < this.#rank ? undefined : this.#fault
  }

  /** The lower the rank, the earlier PostgreSQL comes upon it. */
  find(rank: number, fault: Fault): void {
    if (rank >= this.#rank) return
    this.#rank = rank
    this.#fault = fault
  }

  /** Whether PostgreSQL refuses this nobody knows. */
  doubt(rank: number): void {
    if (rank < this.#doubt) this.#doubt = rank
  }
}
