export interface PlanCacheOptions {
  /** Entries kept for each catalog version; beyond them, those not used lately go. Default 1_000. */
  entriesMax?: number
}
export const PLAN_CACHE_DEFAULTS: Readonly<Required<PlanCacheOptions>> = Object.freeze({
  entriesMax: 1_000,
})

/** What planning and compiling made of a request's shape, kept for the next request of that shape. */
export interface PlanCache<T> {
  /** The value under `key`, made now when there is none; what `make` throws is not kept. */
  get(catalogVersion: string, key: string, make: () => T): T
  readonly size: number
}

interface Entry<T> {
  readonly value: T
  isUsed: boolean
}
type Generation<T> = Map<string, Entry<T>>

/** A reload leaves requests of the old version in flight, so the last two versions are kept. */
const VERSIONS_MAX = 2

/**
 * A cache by catalog version and shape. A hit costs one look-up and one flag: the entry that goes is the first, in
 * order of arrival, that was not used since it was last passed over (the CLOCK approximation of LRU; Corbató, 1968).
 */
export function createPlanCache<T>({
  entriesMax = PLAN_CACHE_DEFAULTS.entriesMax,
}: PlanCacheOptions = {}): PlanCache<T> {
  const generations = new Map<string, Generation<T>>()

  function generationOf(version: string): Generation<T> {
    const known = generations.get(version)
    if (known !== undefined) return known
    const generation: Generation<T> = new Map()
    generations.set(version, generation)
    const [oldest] = generations.keys()
    if (generations.size > VERSIONS_MAX && oldest !== undefined) generations.delete(oldest)
    return generation
  }

  return {
    get(catalogVersion, key, make) {
      const generation = generationOf(catalogVersion)
      const entry = generation.get(key)
      if (entry !== undefined) {
        entry.isUsed = true
        return entry.value
      }
      const value = make()
      if (generation.size >= entriesMax) evict(generation)
      generation.set(key, { value, isUsed: false })
      return value
    },
    get size() {
      return [...generations.values()].reduce((sum, generation) => sum + generation.size, 0)
    },
  }
}

function evict<T>(entries: Generation<T>): void {
  for (const [key, entry] of entries) {
    entries.delete(key)
    if (!entry.isUsed) return
    entry.isUsed = false
    entries.set(key, entry) // Once more around; the loop comes to it again.
  }
}
