import { createHash } from 'node:crypto'
import type { Clock, Observer } from '../../../base/index.ts'
import {
  type Cache,
  type CacheEvent,
  type CacheRedis,
  type Codec,
  createCache,
  createLeases,
  createMemoryStore,
  createRedisStore,
  type Entry,
  type OnOld,
} from '../../../capabilities/cache/index.ts'
import {
  type RowChange,
  type Snapshot,
  SNAPSHOT_COHERENCE,
  valuesAt,
} from '../../cacheability/index.ts'
import type { KeptAnswer } from '../types.ts'
import { ANSWER_CODEC } from './answer-codec.ts'
import { FailedRead } from './failed-read.ts'
import type { CachingRules } from './options.ts'
import type { Invalidations } from './types.ts'

/** What a read brings: an answer, or the error that everybody gets who waits for it, and which is never kept. */
export type Brought = KeptAnswer | FailedRead

export interface AnswerCache extends Cache<Brought, Snapshot, bigint, RowChange> {
  /** Kept answers that changes made old, by tag: the object id of the table. */
  invalidations(): ReadonlyMap<string, Invalidations>
}

export interface AnswerCacheSetup {
  readonly rules: CachingRules
  /** Undefined: answers are kept in this process only. */
  readonly redis?: CacheRedis | undefined
  /**
   * The database and the login, by names that no other database has that might share this Redis: the cluster's system id with the
   * database's name, or hosts and ports with it.
   */
  readonly databaseName: string
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  readonly observe: Observer<CacheEvent>
}

/**
 * Where answers are kept: in memory, and in Redis where there is one. What others have put there is judged by the changes that are
 * told here: whoever begins to follow them tells first from where on, with `flush(undefined, stamp)`. Until then only answers that
 * time alone makes old may be asked for, and none is older than those.
 */
export function createAnswerCache(setup: AnswerCacheSetup): AnswerCache {
  const { rules, clock, random, observe } = setup
  const { ttlMs, jitterShare, staleWhileRevalidateMs, staleIfErrorMs, errorThrottleMs } = rules
  const { softTimeoutMs, hardTimeoutMs, earlyRefresh, earlyRefreshShare, xfetchBeta } = rules
  const { entriesMin, entriesMax, bytesMax, growthGainMin, changesMax } = rules
  const room = { entriesMin, entriesMax, bytesMax, growthGainMin }
  const counts = new Map<string, Counted>()
  const onOld: OnOld = (tag, precision) => count(counts, tag, precision)
  const shared = sharedOf(setup)
  const cache = createCache<Brought, Snapshot, bigint, RowChange>({
    ...{ ttlMs, jitterShare, staleWhileRevalidateMs, staleIfErrorMs, errorThrottleMs, changesMax },
    ...{ softTimeoutMs, hardTimeoutMs, earlyRefresh, earlyRefreshShare, xfetchBeta },
    l1: createMemoryStore<Entry<Brought, Snapshot, RowChange>>({ ...room, clock }),
    l2: shared?.store,
    leases: shared?.leases,
    coherence: SNAPSHOT_COHERENCE,
    heardSince: 0n,
    fieldsOf: valuesAt,
    codec: CODEC,
    ...{ onOld, clock, random, observe },
  })
  return {
    peek: (key, ask) => cache.peek(key, ask),
    get: (key, load, policy) => cache.get(key, load, policy),
    set: (key, loaded, policy) => cache.set(key, loaded, policy),
    adding: () => cache.adding(),
    delete: key => cache.delete(key),
    change: change => cache.change(change),
    invalidate: (tag, keys, data) => cache.invalidate(tag, keys, data),
    flush: (tag, upTo) => cache.flush(tag, upTo),
    stats: () => cache.stats(),
    invalidations: () => counts,
    async close() {
      await cache.close()
      await shared?.close()
    },
  }
}

/** A failed read is fresh for no time, so that none is ever written. */
const CODEC: Codec<Brought, Snapshot> = Object.freeze({
  ...ANSWER_CODEC,
  encode(value: Brought): Buffer {
    if (value instanceof FailedRead) throw new TypeError('a failed read is not kept')
    return ANSWER_CODEC.encode(value)
  },
})

type Counted = { -readonly [Name in keyof Invalidations]: Invalidations[Name] }

/** Tags are tables, so there are not many. */
function count(
  counts: Map<string, Counted>,
  tag: string | undefined,
  precision: keyof Invalidations,
): void {
  if (tag === undefined) return
  let counted = counts.get(tag)
  if (counted === undefined) {
    counted = { row: 0, predicate: 0, table: 0, all: 0 }
    counts.set(tag, counted)
  }
  counted[precision]++
}

function sharedOf({ rules, redis, databaseName, clock, random, observe }: AnswerCacheSetup) {
  if (redis === undefined) return undefined
  const {
    sharedEntriesMax: entriesMax,
    sharedEntryBytesMax: entryBytesMax,
    leaseMs,
    waitMs,
  } = rules
  const name = `answers:${digestOf(databaseName)}`
  const store = createRedisStore({ redis, name, entriesMax, entryBytesMax, clock, observe })
  const leases = createLeases({ redis, name, leaseMs, waitMs, clock, random, observe })
  return {
    store,
    leases,
    async close(): Promise<void> {
      store.close()
      await leases.close()
    },
  }
}

/** Whatever is in a name, its digest may stand in a key of Redis. */
function digestOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url').slice(0, 22)
}
