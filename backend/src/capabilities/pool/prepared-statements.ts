import { assert } from '../../base/index.ts'

interface Entry {
  readonly text: string
  usedAt: number
}

/**
 * The prepared statements of one connection: which names the server knows, and which it should forget. A statement
 * counts as known when the server has confirmed it, for an error before it in the same batch leaves it unknown.
 */
export class PreparedStatements {
  readonly #max: number
  readonly #entries = new Map<string, Entry>()
  #toClose: string[] = []
  #uses = 0

  constructor(max: number) {
    this.#max = max
  }

  get size(): number {
    return this.#entries.size
  }

  /** Whether the server knows it; asking counts as use. */
  has(name: string, text: string): boolean {
    const entry = this.#entries.get(name)
    if (entry === undefined) return false
    assert(entry.text === text, `statement '${name}' has two texts`)
    entry.usedAt = ++this.#uses
    return true
  }

  /** The server has prepared it. Beyond the limit, the one used longest ago has to go. */
  add(name: string, text: string): void {
    this.#entries.set(name, { text, usedAt: ++this.#uses })
    if (this.#entries.size > this.#max) this.#forget(this.#leastRecentlyUsed())
  }

  /** The server refused one as unknown or outdated: none of them is to be trusted. */
  forgetAll(): void {
    for (const name of [...this.#entries.keys()]) this.#forget(name)
  }

  /** The server has one of that name which it never confirmed to us. */
  disown(name: string): void {
    this.#forget(name)
  }

  /** Names to close, until `closed`. They go first in a batch, where no error can keep them from being closed. */
  get toClose(): readonly string[] {
    return this.#toClose
  }

  /** The request to close them is on its way. */
  closed(): void {
    if (this.#toClose.length > 0) this.#toClose = []
  }

  #forget(name: string): void {
    this.#entries.delete(name)
    this.#toClose.push(name)
  }

  #leastRecentlyUsed(): string {
    let oldest = ''
    let usedAt = Number.POSITIVE_INFINITY
    for (const [name, entry] of this.#entries) {
      if (entry.usedAt < usedAt) {
        oldest = name
        usedAt = entry.usedAt
      }
    }
    return oldest
  }
}
