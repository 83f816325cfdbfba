/** Items under names, most names with one item: that one is kept without a set around it. */
export class Buckets<T extends object> {
  readonly #buckets = new Map<string, T | Set<T>>()

  get isEmpty(): boolean {
    return this.#buckets.size === 0
  }

  add(name: string, item: T): void {
    const there = this.#buckets.get(name)
    if (there === undefined) this.#buckets.set(name, item)
    else if (there instanceof Set) there.add(item)
    else if (there !== item) this.#buckets.set(name, new Set([there, item]))
  }

  delete(name: string, item: T): void {
    const there = this.#buckets.get(name)
    if (there === item) this.#buckets.delete(name)
    else if (there instanceof Set && there.delete(item) && there.size === 0) {
      this.#buckets.delete(name)
    }
  }

  size(name: string): number {
    const there = this.#buckets.get(name)
    return there === undefined ? 0 : there instanceof Set ? there.size : 1
  }

  each(name: string, visit: (item: T) => void): void {
    const there = this.#buckets.get(name)
    if (there instanceof Set) there.forEach(visit)
    else if (there !== undefined) visit(there)
  }

  all(visit: (item: T) => void): void {
    for (const there of this.#buckets.values()) {
      if (there instanceof Set) there.forEach(visit)
      else visit(there)
    }
  }
}
