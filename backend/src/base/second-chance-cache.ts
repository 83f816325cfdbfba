/** Values by key, of which those not used lately go when there are too many. */
export interface SecondChanceCache<T> {
  get(key: string): T | undefined
  /** The first value of a key stays. */
  set(key: string, value: T): void
  delete(key: string): void
  clear(): void
  readonly size: number
}

interface Entry<T> {
  readonly value: T
  /** Asked for since it was last passed over. */
  isUsed: boolean
}

/**
 * Keeps at most `entriesMax` values; with 0 it keeps none. The one that goes is the first, in order of arrival, that was
 * not asked for since it was last passed over (the CLOCK approximation of LRU; Corbató, 1968). So a hit sets one flag and
 * moves nothing, and a flood of new keys does not push out those in use.
 */
export function createSecondChanceCache<T>(entriesMax: number): SecondChanceCache<T> {
  return new ClockCache(entriesMax)
}

/** A class, as V8 inlines no method of an object literal that has a getter: every request asks it several times. */
class ClockCache<T> implements SecondChanceCache<T> {
  readonly #entries = new Map<string, Entry<T>>()
  readonly #entriesMax: number

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    entry.isUsed = true
    return entry.value
  }

  set(key: string, value: T): void {
    const entries = this.#entries
    if (this.#entriesMax === 0 || entries.has(key)) return
    if (entries.size >= this.#entriesMax) evict(entries)
    entries.set(key, { value, isUsed: false })
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }
}

function evict<T>(entries: Map<string, Entry<T>>): void {
  for (const [key, entry] of entries) {
    entries.delete(key)
    if (!entry.isUsed) return
    entry.isUsed = false
    entries.set(key, entry) // Once more around; the loop comes to it again.
  }
}
