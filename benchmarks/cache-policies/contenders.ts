import { createMemoryStore } from '../../backend/src/capabilities/cache/memory/memory-store.ts'
import { Slot } from '../../backend/src/capabilities/cache/memory/fifo.ts'
import { hashOf } from '../../backend/src/capabilities/cache/memory/hash.ts'
import { S3Fifo } from '../../backend/src/capabilities/cache/memory/s3-fifo.ts'
import { randomOf } from '../../backend/src/capabilities/cache/memory/testing/random.ts'
import {
  type KeyCache,
  Lru,
  Sieve,
} from '../../backend/src/capabilities/cache/memory/testing/reference-policies.ts'
import { WTinyLfu } from './w-tiny-lfu.ts'

export type Contender = (entriesMax: number) => KeyCache<number>

export const CONTENDERS: ReadonlyMap<string, Contender> = new Map<string, Contender>([
  ['lru', entriesMax => new Lru<number>(entriesMax)],
  ['sieve', entriesMax => new Sieve<number>(entriesMax)],
  ['w-tiny-lfu', entriesMax => new WTinyLfu(entriesMax, randomOf(1))],
  ['s3-fifo 10 %', entriesMax => new PlainS3Fifo(entriesMax)],
  ['memory store', entriesMax => new StoredKeys(entriesMax)],
])

/** What the memory store has chosen, with a small queue that stays at a tenth. */
class PlainS3Fifo implements KeyCache<number> {
  readonly #max: number
  readonly #policy: S3Fifo<undefined>
  readonly #slots = new Map<number, Slot<undefined>>()

  constructor(entriesMax: number) {
    this.#max = entriesMax
    this.#policy = new S3Fifo(entriesMax, 0.1)
  }

  get(key: number): boolean {
    const slot = this.#slots.get(key)
    if (slot === undefined) return false
    if (slot.uses < 3) slot.uses++
    return true
  }

  set(key: number): void {
    while (this.#slots.size >= this.#max) {
      this.#slots.delete(Number(this.#policy.evict()?.key))
    }
    const slot = new Slot(String(key), hashOf(String(key)), undefined)
    this.#slots.set(key, slot)
    this.#policy.add(slot)
  }
}

const ENTRY = Object.freeze({ staleUntil: Number.POSITIVE_INFINITY, bytes: 1 })

/** The store as it is, with room for a fixed number of entries. */
export class StoredKeys implements KeyCache<number> {
  readonly #store

  constructor(entriesMax: number) {
    this.#store = createMemoryStore({ entriesMin: entriesMax, entriesMax })
  }

  get(key: number): boolean {
    return this.#store.get(`k${key}`) !== undefined
  }

  set(key: number): void {
    this.#store.set(`k${key}`, ENTRY)
  }

  delete(key: number): void {
    this.#store.delete(`k${key}`)
  }
}
