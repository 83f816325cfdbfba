import { LRUCache } from 'lru-cache'
import { createMemoryStore } from '../../backend/src/capabilities/cache/memory/memory-store.ts'
import { randomOf, zipfOf } from '../../backend/src/capabilities/cache/memory/testing/random.ts'

interface Kept {
  readonly value: number
  readonly staleUntil: number
  readonly bytes: number
}

const USES = 200_000
const ROUNDS = 40

/** Nanoseconds of processor time for a hit, the best of many rounds in turn: a Map, the memory store, lru-cache. */
export function hitCosts(entries: number): ReadonlyMap<string, number> {
  const keys = Array.from({ length: entries }, (_, n) => `/rest/v1/products?id=eq.${n}&role=web`)
  const map = new Map<string, Kept>()
  const store = createMemoryStore<Kept>({ entriesMin: entries, entriesMax: entries })
  const lru = new LRUCache<string, Kept>({ max: entries })
  for (const [value, key] of keys.entries()) {
    const kept = { value, staleUntil: Number.POSITIVE_INFINITY, bytes: 1 }
    map.set(key, kept)
    store.set(key, kept)
    lru.set(key, kept)
  }
  const draw = zipfOf(entries, 1, randomOf(1))
  const uses = Array.from({ length: USES }, () => keys[draw()] as string)
  return bestOf(ROUNDS, {
    Map: () => sumOf(uses, key => map.get(key)),
    'memory store': () => sumOf(uses, key => store.get(key)),
    'lru-cache': () => sumOf(uses, key => lru.get(key)),
  })
}

function sumOf(uses: readonly string[], get: (key: string) => Kept | undefined): number {
  let sum = 0
  for (const key of uses) sum += get(key)?.value ?? 0
  return sum
}

/** Nanoseconds of one use. */
function bestOf(
  rounds: number,
  contestants: Readonly<Record<string, () => number>>,
): ReadonlyMap<string, number> {
  const best = new Map<string, number>()
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      const start = process.cpuUsage()
      run()
      const ns = (process.cpuUsage(start).user * 1_000) / USES
      best.set(name, Math.min(ns, best.get(name) ?? Number.POSITIVE_INFINITY))
    }
  }
  return best
}
