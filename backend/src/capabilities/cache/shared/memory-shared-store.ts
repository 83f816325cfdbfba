import { type Clock, systemClock } from '../../../base/index.ts'
import type { SharedStore } from '../types.ts'

export interface MemorySharedStoreSetup {
  /** Values; the one not used for longest makes room for the next. Default 1_000. */
  readonly entriesMax?: number
  readonly clock?: Clock
}

interface Stored {
  readonly bytes: Buffer
  readonly endsAt: number
  readonly fence: number
}

/** A second level in this process, for tests and for programs that have only one. Several caches in the process may share it. */
export function createMemorySharedStore(setup: MemorySharedStoreSetup = {}): SharedStore {
  const { entriesMax = 1_000, clock = systemClock } = setup
  const entries = new Map<string, Stored>()
  let evictions = 0

  function current(key: string): Stored | undefined {
    const found = entries.get(key)
    if (found === undefined || found.endsAt > clock.now()) return found
    entries.delete(key)
    return undefined
  }

  function makeRoom(): void {
    for (const key of [...entries.keys()]) current(key)
    for (const key of entries.keys()) {
      if (entries.size <= entriesMax) return
      entries.delete(key)
      evictions++
    }
  }

  return {
    async get(key) {
      const found = current(key)
      if (found === undefined) return undefined
      entries.delete(key)
      entries.set(key, found) // A map keeps the order: the first is the one not used for longest.
      return Buffer.from(found.bytes)
    },
    async set(key, bytes, { ttlMs, fence = 0 }) {
      if (ttlMs < 1 || fence < (current(key)?.fence ?? 0)) return
      entries.delete(key)
      entries.set(key, { bytes: Buffer.from(bytes), endsAt: clock.now() + ttlMs, fence })
      if (entries.size > entriesMax) makeRoom()
    },
    async delete(keys) {
      for (const key of keys) entries.delete(key)
    },
    async clear() {
      entries.clear()
    },
    stats: () => ({
      isReady: true,
      entries: entries.size,
      evictions,
      failures: 0,
      latencyP50Ms: undefined,
      latencyP99Ms: undefined,
    }),
  }
}
