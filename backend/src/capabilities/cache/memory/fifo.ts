/** An entry and its place in one of the queues. `uses`: since it was last passed over, at most `USES_MAX`. */
export class Slot<Entry> {
  readonly key: string
  readonly hash: number
  entry: Entry
  /** Those of the entry when it came. */
  bytes = 0
  uses = 0
  queue: Fifo<Entry> | undefined = undefined
  older: Slot<Entry> | undefined = undefined
  newer: Slot<Entry> | undefined = undefined

  constructor(key: string, hash: number, entry: Entry) {
    this.key = key
    this.hash = hash
    this.entry = entry
  }
}

/** First in, first out; and any may leave at any time. */
export class Fifo<Entry> {
  #oldest: Slot<Entry> | undefined
  #newest: Slot<Entry> | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  get oldest(): Slot<Entry> | undefined {
    return this.#oldest
  }

  push(slot: Slot<Entry>): void {
    slot.queue = this
    slot.older = this.#newest
    slot.newer = undefined
    if (this.#newest === undefined) this.#oldest = slot
    else this.#newest.newer = slot
    this.#newest = slot
    this.#size++
  }

  remove(slot: Slot<Entry>): void {
    const { older, newer } = slot
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
    slot.older = slot.newer = slot.queue = undefined
    this.#size--
  }
}
