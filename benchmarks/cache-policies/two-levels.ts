import { randomOf, zipfOf } from '../../backend/src/capabilities/cache/memory/testing/random.ts'
import type { KeyCache } from '../../backend/src/capabilities/cache/memory/testing/reference-policies.ts'
import { StoredKeys } from './contenders.ts'

interface Level extends KeyCache<number> {
  delete(key: number): void
}

export interface Shares {
  /** In per cent of all reads. */
  readonly first: number
  readonly both: number
}

const USES = 400_000
const KEYS = 10_000

/** Reads and writes of one row each, by popularity (zipf 1.1); a write deletes the row from both levels. */
export function hitsOfTwoLevels(writeShare: number, second: Level): Shares {
  const random = randomOf(5)
  const draw = zipfOf(KEYS, 1.1, random)
  const first = new StoredKeys(100)
  let [reads, firstHits, secondHits] = [0, 0, 0]
  for (let use = 0; use < USES; use++) {
    const key = draw()
    if (random() < writeShare) {
      first.delete(key)
      second.delete(key)
      continue
    }
    reads++
    if (first.get(key)) {
      firstHits++
      continue
    }
    if (second.get(key)) secondHits++
    else second.set(key)
    first.set(key)
  }
  return { first: (100 * firstHits) / reads, both: (100 * (firstHits + secondHits)) / reads }
}

/** An LRU from which keys can be deleted. */
export class LruLevel implements Level {
  readonly #max: number
  readonly #keys = new Set<number>()

  constructor(entriesMax: number) {
    this.#max = entriesMax
  }

  get(key: number): boolean {
    if (!this.#keys.delete(key)) return false
    this.#keys.add(key)
    return true
  }

  set(key: number): void {
    if (this.#keys.size >= this.#max) this.#keys.delete(this.#keys.values().next().value ?? 0)
    this.#keys.add(key)
  }

  delete(key: number): void {
    this.#keys.delete(key)
  }
}

/** As the second level in Redis decides: LRFU, and what has left is remembered. */
export class LrfuLevel implements Level {
  readonly #max: number
  readonly #worth = new Map<number, number>()
  readonly #ghosts = new Map<number, number>()
  #age = 0

  constructor(entriesMax: number) {
    this.#max = entriesMax
  }

  get(key: number): boolean {
    const worth = this.#worth.get(key)
    if (worth === undefined) return false
    this.#worth.set(key, this.#used(worth))
    return true
  }

  set(key: number): void {
    this.#age += 0.5 / this.#max
    if (this.#worth.size >= this.#max) this.delete(least(this.#worth))
    this.#worth.set(key, this.#used(this.#ghosts.get(key)))
    this.#ghosts.delete(key)
    if (this.#ghosts.size > this.#max) this.#ghosts.delete(least(this.#ghosts))
  }

  delete(key: number): void {
    const worth = this.#worth.get(key)
    if (worth === undefined) return
    this.#ghosts.set(key, worth)
    this.#worth.delete(key)
  }

  #used(worth: number | undefined): number {
    if (worth === undefined) return this.#age
    const top = Math.max(worth, this.#age)
    return top + Math.log2(2 ** (this.#age - top) + 2 ** (worth - top))
  }
}

function least(worths: ReadonlyMap<number, number>): number {
  let [found, lowest] = [0, Number.POSITIVE_INFINITY]
  for (const [key, worth] of worths) if (worth < lowest) [found, lowest] = [key, worth]
  return found
}
