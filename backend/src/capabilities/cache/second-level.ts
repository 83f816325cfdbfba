import type { Clock, Observer } from '../../base/index.ts'
import { Entry, lifeUntil } from './entry.ts'
import type { CacheEvent } from './events.ts'
import type { Terms } from './policy.ts'
import { decodeCard, encodeCard } from './card.ts'
import type { Codec, Dependency, SharedStore } from './types.ts'

export interface SecondLevelParts<T, Version> {
  readonly store: SharedStore
  readonly codec: Codec<T, Version>
  readonly clock: Clock
  readonly observe: Observer<CacheEvent>
}

/** What all processes share, as entries. Nothing here rejects. */
export class SecondLevel<T, Version, Data> {
  readonly #parts: SecondLevelParts<T, Version>

  constructor(parts: SecondLevelParts<T, Version>) {
    this.#parts = parts
  }

  /** With the time that is left, never more; `unavailable`: nobody can say. `dependencies`: instead of those that could be written down. */
  async read(
    key: string,
    terms: Terms,
    dependencies: readonly Dependency<Data>[] | undefined,
  ): Promise<Entry<T, Version, Data> | 'unavailable' | undefined> {
    const { store, codec, clock, observe } = this.#parts
    const bytes = await store.get(key)
    if (bytes === undefined || bytes === 'unavailable') return bytes
    try {
      const card = decodeCard(bytes, codec)
      if (card === undefined) return undefined
      const bornAt = clock.now() - Math.max(0, clock.epochMs() - card.bornAtEpochMs)
      const life = lifeUntil(bornAt, bornAt + card.freshForMs, card.loadMs, terms)
      return new Entry({ ...card, dependencies: dependencies ?? card.dependencies }, life)
    } catch (error) {
      observe({ kind: 'cache.codec-failed', error })
      return undefined
    }
  }

  async write(
    key: string,
    entry: Entry<T, Version, Data>,
    fence: number | undefined,
  ): Promise<void> {
    const { store, codec, clock, observe } = this.#parts
    const ttlMs = Math.ceil(entry.staleUntil - clock.now())
    if (ttlMs <= 0) return
    try {
      const bornAtEpochMs = clock.epochMs() - (clock.now() - entry.bornAt)
      await store.set(key, encodeCard(entry, bornAtEpochMs, codec), { ttlMs, fence })
    } catch (error) {
      observe({ kind: 'cache.codec-failed', error })
    }
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#parts.store.delete(keys)
  }

  clear(): Promise<void> {
    return this.#parts.store.clear()
  }
}
