import type { Clock } from '../../base/index.ts'
import type { Entry } from './entry.ts'
import { type Happening, OWN_KEY } from './happening.ts'
import type { Origin } from './origin.ts'
import type { Tally } from './tally.ts'
import type { Dependents, MemoryStore, Precision } from './types.ts'

/** A kept value is old now. `tag` undefined: everything is. */
export type OnOld = (tag: string | undefined, precision: Precision | 'all') => void

export interface FirstLevelParts<T, Version, Data> {
  readonly store: MemoryStore<Entry<T, Version, Data>>
  readonly dependents: Dependents<Data>
  readonly clock: Clock
  readonly tally: Tally
  readonly onOld: OnOld | undefined
}

/** What is kept in memory, and what changes do to it. */
export class FirstLevel<T, Version, Data> {
  readonly #parts: FirstLevelParts<T, Version, Data>

  constructor(parts: FirstLevelParts<T, Version, Data>) {
    this.#parts = parts
    parts.store.onDeparture(key => parts.dependents.unregister(key))
  }

  /** Keeps it, unless what is there was read later. */
  keep(key: string, entry: Entry<T, Version, Data>): void {
    const { store, dependents } = this.#parts
    const kept = store.peek(key)
    if (kept !== undefined && !kept.isChanged && kept.readAt > entry.readAt) return
    entry.isKept = store.set(key, entry)
    if (entry.isKept) dependents.register(key, entry.dependencies)
    else dependents.unregister(key)
  }

  /** Whether something is kept that no change has made old. */
  has(key: string): boolean {
    const kept = this.#parts.store.peek(key)
    return kept !== undefined && !kept.isChanged && kept.freshUntil > this.#parts.clock.now()
  }

  drop(key: string): void {
    if (this.#parts.store.delete(key)) this.#parts.dependents.unregister(key)
  }

  /** Without saying that anything has changed. */
  clear(): void {
    const { store, dependents } = this.#parts
    store.clear()
    dependents.clear()
  }

  /** Something has changed: answers the keys that are old now. `isIn`: values from there contain it already. */
  change(
    happening: Happening<Data>,
    isIn: (origin: Origin<Version>) => boolean,
  ): readonly string[] {
    const old: string[] = []
    for (const [key, precision] of this.#touched(happening)) {
      if (!this.#retire(key, isIn)) continue
      this.#count(happening.tag, precision)
      old.push(key)
    }
    return old
  }

  /** Everything under the tag is old, or all. */
  flush(tag: string | undefined): void {
    const keys = [...this.#parts.dependents.under(tag)]
    for (const key of keys) if (this.#retire(key, () => false)) this.#count(tag, 'all')
  }

  #count(tag: string | undefined, precision: Precision | 'all'): void {
    const { tally, onOld } = this.#parts
    tally.invalidations[precision]++
    onOld?.(tag, precision)
  }

  #touched(happening: Happening<Data>): readonly (readonly [string, Precision])[] {
    if (happening.tag === OWN_KEY) return (happening.keys ?? []).map(key => [key, 'row'])
    const touched = this.#parts.dependents.touched({ ...happening, stamp: undefined })
    return Array.from(touched, ({ key, precision }) => [key, precision])
  }

  #retire(key: string, isIn: (origin: Origin<Version>) => boolean): boolean {
    const { store, dependents, clock } = this.#parts
    const entry = store.peek(key)
    if (entry === undefined || entry.isChanged || isIn(entry.origin)) return false
    const now = clock.now()
    entry.change(now)
    if (entry.staleUntil <= now) this.drop(key)
    else dependents.register(key, []) // It is old already: only a flush looks for it.
    return true
  }
}
