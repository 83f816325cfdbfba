import type { Change } from './change.ts'

const CUT_AFTER = 1_024

/** Changes that have arrived and not been read past: a queue that knows how much it holds. */
export class ChangeBuffer {
  #changes: Change[] = []
  /** The first of them that still counts. */
  #start = 0
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  get length(): number {
    return this.#changes.length - this.#start
  }

  push(change: Change): void {
    this.#changes.push(change)
    this.#bytes += change.bytes
  }

  /** The oldest, at most `max`. They stay until `dropThrough`. */
  first(max: number): readonly Change[] {
    return this.#changes.slice(this.#start, this.#start + max)
  }

  dropThrough(position: bigint): void {
    let next = this.#changes[this.#start]
    while (next !== undefined && next.cursor.position <= position) {
      this.#bytes -= next.bytes
      next = this.#changes[++this.#start]
    }
    if (this.#start < CUT_AFTER && this.length > 0) return
    this.#changes = this.#changes.slice(this.#start)
    this.#start = 0
  }

  clear(): void {
    this.#changes = []
    this.#start = 0
    this.#bytes = 0
  }
}
