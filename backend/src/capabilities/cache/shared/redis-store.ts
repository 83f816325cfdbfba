import {
  type Clock,
  createSlidingHistogram,
  ignoreEvents,
  type Observer,
  option,
  systemClock,
} from '../../../base/index.ts'
import type { CacheEvent } from '../events.ts'
import type { SharedSet, SharedStats, SharedStore } from '../types.ts'
import { createAttempts } from './attempts.ts'
import type { CacheRedis } from './cache-redis.ts'
import { indexKeys, keysOf } from './keys.ts'
import { SHARED_CHECKS, SHARED_DEFAULTS, type SharedOptions } from './options.ts'
import { createOverdue } from './overdue.ts'
import { CLEAR, DELETE, SET, USE } from './store-scripts.ts'
import { createUses } from './uses.ts'

export interface RedisStoreSetup extends SharedOptions {
  readonly redis: CacheRedis
  readonly clock?: Clock
  readonly observe?: Observer<CacheEvent>
}

export interface RedisStore extends SharedStore {
  stats(): RedisStoreStats
  /** Sends nothing any more by itself. The connection stays. */
  close(): void
}

export interface RedisStoreStats extends SharedStats {
  /** Of the values of all nodes, as `entries` and `evictions`; undefined: nobody has said yet. */
  readonly bytes: number | undefined
  /** Values that were not stored: too large, or loaded under a lease that had ended. */
  readonly refusals: number
}

const DELETED_AT_ONCE = 500
const LATENCY_WINDOW_MS = 60_000

/**
 * A second level in Redis. What Redis cannot do now is left: a value is not stored, and what should be deleted
 * counts as deleted here and is tried again. Throws ST001 and ST003 for wrong options, nothing else.
 */
export function createRedisStore(setup: RedisStoreSetup): RedisStore {
  const { redis, clock = systemClock, observe = ignoreEvents, ...options } = setup
  const rules = option.settled('shared', options, SHARED_CHECKS, SHARED_DEFAULTS)
  const keys = keysOf(rules.name)
  const scripted = indexKeys(keys)
  const attempts = createAttempts({ part: 'store', redis, clock, observe })
  const latency = createSlidingHistogram({ windowMs: LATENCY_WINDOW_MS, now: () => clock.now() })
  const told: Told = { entries: undefined, bytes: undefined, evictions: 0 }
  let refusals = 0

  async function timed<T, F>(call: () => Promise<T>, otherwise: F): Promise<T | F> {
    const isAsked = redis.isReady
    const began = clock.now()
    const answer = await attempts.run(call, otherwise)
    if (isAsked) latency.record(clock.now() - began)
    return answer
  }

  const script = (text: string, args: readonly (string | number | Buffer)[]): Promise<unknown> =>
    timed(() => redis.eval(text, scripted, args), FAILED)

  const uses = createUses(clock, args => void script(USE, args))

  async function deleteKeys(deleted: readonly string[]): Promise<boolean> {
    const parts: Promise<unknown>[] = []
    for (let from = 0; from < deleted.length; from += DELETED_AT_ONCE) {
      parts.push(script(DELETE, deleted.slice(from, from + DELETED_AT_ONCE)))
    }
    return !(await Promise.all(parts)).includes(FAILED)
  }

  async function deleteAll(): Promise<boolean> {
    let left = await script(CLEAR, [DELETED_AT_ONCE, 'begin'])
    while (left !== FAILED && Number(left) > 0) left = await script(CLEAR, [DELETED_AT_ONCE, ''])
    if (left === FAILED) return false
    Object.assign(told, { entries: 0, bytes: 0 })
    return true
  }

  const overdue = createOverdue({ clock, deleteKeys, deleteAll })

  async function set(key: string, bytes: Buffer, { ttlMs, fence }: SharedSet): Promise<void> {
    const ttl = Math.round(ttlMs)
    if (ttl < 1) return
    if (bytes.length > rules.entryBytesMax) {
      refusals++
      return
    }
    const answer = await script(SET, [key, bytes, ttl, fence ?? '', rules.entriesMax])
    if (answer === FAILED) return
    const [stored, entries, total, evictions] = answer as number[]
    if (stored === 1) overdue.drop(key)
    else refusals++
    Object.assign(told, { entries, bytes: total, evictions })
  }

  return {
    async get(key) {
      if (overdue.has(key)) return undefined
      const found = await timed(() => redis.commandBytes('get', keys.entry + key), FAILED)
      if (found === FAILED) return 'unavailable'
      if (!Buffer.isBuffer(found) || overdue.has(key)) return undefined
      uses.add(key)
      return found
    },
    set,
    async delete(deleted) {
      if (deleted.length > 0 && !(await deleteKeys(deleted))) overdue.add(deleted)
    },
    async clear() {
      if (!(await deleteAll())) overdue.addAll()
    },
    stats: () => ({
      isReady: redis.isReady,
      ...told,
      refusals,
      failures: attempts.failures,
      latencyP50Ms: latency.quantile(0.5),
      latencyP99Ms: latency.quantile(0.99),
    }),
    close() {
      uses.close()
      overdue.close()
    },
  }
}

interface Told {
  entries: number | undefined
  bytes: number | undefined
  evictions: number
}

const FAILED = Symbol('failed')
