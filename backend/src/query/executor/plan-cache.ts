import { createSecondChanceCache, type SecondChanceCache } from '../../base/index.ts'

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

/** A reload leaves requests of the old version in flight, so the last two versions are kept. */
const VERSIONS_MAX = 2

/** A cache by catalog version and shape. */
export function createPlanCache<T>({
  entriesMax = PLAN_CACHE_DEFAULTS.entriesMax,
}: PlanCacheOptions = {}): PlanCache<T> {
  const generations = new Map<string, SecondChanceCache<{ readonly value: T }>>()

  function generationOf(version: string): SecondChanceCache<{ readonly value: T }> {
    const known = generations.get(version)
    if (known !== undefined) return known
    const generation = createSecondChanceCache<{ readonly value: T }>(entriesMax)
    generations.set(version, generation)
    const [oldest] = generations.keys()
    if (generations.size > VERSIONS_MAX && oldest !== undefined) generations.delete(oldest)
    return generation
  }

  return {
    get(catalogVersion, key, make) {
      const generation = generationOf(catalogVersion)
      const known = generation.get(key)
      if (known !== undefined) return known.value
      const value = make()
      generation.set(key, { value })
      return value
    },
    get size() {
      return [...generations.values()].reduce((sum, generation) => sum + generation.size, 0)
    },
  }
}
