/** The latest of a row of items, by their place in it: 0, 1, 2, … Drops from the front cost nothing on average. */
export class Recent<T> {
  #items: (T | undefined)[] = []
  /** The place of `#items[0]`. */
  #start = 0
  #first = 0

  /** The place of the oldest that is still here; `next` when there is none. */
  get first(): number {
    return this.#first
  }

  /** The place of the item to come. */
  get next(): number {
    return this.#start + this.#items.length
  }

  get size(): number {
    return this.next - this.#first
  }

  push(item: T): void {
    this.#items.push(item)
  }

  at(place: number): T | undefined {
    return this.#items[place - this.#start]
  }

  /** Drops the oldest. */
  shift(): T | undefined {
    const at = this.#first - this.#start
    const item = this.#items[at]
    if (item === undefined) return undefined
    this.#items[at] = undefined
    this.#first++
    if (at > 1_000 && at * 2 > this.#items.length) this.#compact()
    return item
  }

  #compact(): void {
    this.#items = this.#items.slice(this.#first - this.#start)
    this.#start = this.#first
  }
}
