/** A cache of keys only, to count hits. */
export interface KeyCache<Key> {
  /** Whether it is there; counted as a use. */
  get(key: Key): boolean
  /** What was asked for and is not there. */
  set(key: Key): void
}

/** The share of hits in per cent. */
export function hitsOf<Key>(
  cache: KeyCache<Key>,
  keys: Iterable<Key> & { length: number },
): number {
  let hits = 0
  for (const key of keys) {
    if (cache.get(key)) hits++
    else cache.set(key)
  }
  return (100 * hits) / keys.length
}

/** The one that was not used for the longest time leaves. */
export class Lru<Key> implements KeyCache<Key> {
  readonly #max: number
  readonly #keys = new Set<Key>()

  constructor(entriesMax: number) {
    this.#max = entriesMax
  }

  get(key: Key): boolean {
    if (!this.#keys.delete(key)) return false
    this.#keys.add(key)
    return true
  }

  set(key: Key): void {
    if (this.#keys.size >= this.#max) {
      for (const oldest of this.#keys) {
        this.#keys.delete(oldest)
        break
      }
    }
    this.#keys.add(key)
  }
}

interface Node<Key> {
  readonly key: Key
  isUsed: boolean
  newer: Node<Key> | undefined
  older: Node<Key> | undefined
}

/** SIEVE (Zhang, Yang, Yue, Vigfusson and Rashmi, NSDI 2024). */
export class Sieve<Key> implements KeyCache<Key> {
  readonly #max: number
  readonly #nodes = new Map<Key, Node<Key>>()
  #newest: Node<Key> | undefined
  #oldest: Node<Key> | undefined
  #hand: Node<Key> | undefined

  constructor(entriesMax: number) {
    this.#max = entriesMax
  }

  get(key: Key): boolean {
    const node = this.#nodes.get(key)
    if (node === undefined) return false
    node.isUsed = true
    return true
  }

  set(key: Key): void {
    if (this.#nodes.size >= this.#max) this.#evict()
    const node: Node<Key> = { key, isUsed: false, newer: undefined, older: this.#newest }
    if (this.#newest !== undefined) this.#newest.newer = node
    this.#newest = node
    this.#oldest ??= node
    this.#nodes.set(key, node)
  }

  #evict(): void {
    let node = this.#hand ?? this.#oldest
    while (node?.isUsed === true) {
      node.isUsed = false
      node = node.newer ?? this.#oldest
    }
    if (node === undefined) return
    this.#hand = node.newer
    this.#nodes.delete(node.key)
    if (node.newer === undefined) this.#newest = node.older
    else node.newer.older = node.older
    if (node.older === undefined) this.#oldest = node.newer
    else node.older.newer = node.newer
  }
}
