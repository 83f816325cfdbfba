import type { Leases, SharedStore } from '../types.ts'

export interface Node {
  readonly store: SharedStore
  readonly leases: Leases
}

/** A value as a cache without a first level gets it: from the second level, or by a load for all nodes. */
export async function loadedOnce(
  { store, leases }: Node,
  key: string,
  load: () => Promise<string>,
): Promise<string> {
  for (;;) {
    const found = await store.get(key)
    if (found === 'unavailable') return load()
    if (found !== undefined) return found.toString()
    const lease = await leases.acquire(key)
    if (lease === 'unavailable') return load()
    if (lease === 'taken') {
      const end = await leases.wait(key)
      if (end === 'timeout' || end === 'unavailable') return load()
      continue
    }
    try {
      const late = lease.isStored === false ? undefined : await store.get(key)
      if (late !== undefined) return late.toString()
      const value = await load()
      await store.set(key, Buffer.from(value), { ttlMs: 60_000, fence: lease.fence })
      return value
    } finally {
      await leases.release(key, lease)
    }
  }
}
