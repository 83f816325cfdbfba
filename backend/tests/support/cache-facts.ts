import type { CacheFacts } from '../../src/api/admin/index.ts'
import type { CacheStats } from '../../src/capabilities/cache/index.ts'
import {
  CACHING_DEFAULTS,
  type CachingReport,
  type CachingRules,
  type FollowerStatus,
} from '../../src/query/executor/index.ts'

/** What a report of the cache may be made of, beside what a test is about. */
export interface CacheFactsParts {
  readonly stats?: Partial<CacheStats>
  readonly l1?: Partial<CacheStats['l1']>
  readonly l2?: CacheStats['l2']
  readonly bypasses?: CachingReport['bypasses']
  readonly follower?: Partial<FollowerStatus>
  readonly stall?: FollowerStatus['stall']
  readonly rules?: Partial<CachingRules>
}

/** A cache that has been asked a few times, whose every part has something to say. */
export function cacheFacts(parts: CacheFactsParts = {}): CacheFacts {
  const { stats, l1, l2, bypasses = {}, follower, stall, rules } = parts
  return {
    rules: { ...CACHING_DEFAULTS, ...rules },
    catalog: {
      relations: new Map([['public.notes', { oid: 7, schema: 'public', name: 'notes' }]]),
    },
    report: {
      bypasses,
      writeThroughs: 4,
      invalidations: { 'public.notes': { row: 1, predicate: 0, table: 0, all: 0 } },
      follower: { ...FOLLOWER, stall, ...follower },
      cache: { ...STATS, l1: { ...STATS.l1, ...l1 }, l2, ...stats },
    },
  }
}

const FOLLOWER: FollowerStatus = {
  ...{ state: 'following', reason: undefined, journaled: [7], horizon: '800', lagMs: 3 },
  ...{ stall: undefined, events: 5, ownEvents: 2, gaps: 0 },
}

const NONE = Object.freeze({ row: 0, predicate: 0, table: 0 })

const STATS: CacheStats = {
  hits: { l1: 70, l2: 10 },
  misses: 20,
  stale: { revalidating: 0, error: 0, slow: 0, timeout: 0, asked: 0 },
  bypasses: { noCache: 0, noStore: 0, behind: 0 },
  ...{ joined: 1, loads: 20, loadFailures: 0, loadTimeouts: 0, refreshes: 0, leaseWaits: 0 },
  ...{ droppedFills: NONE, invalidations: { ...NONE, all: 0 }, oldInL2: NONE },
  ...{ hitShare: 0.8, flights: 0, l2: undefined, bus: undefined },
  l1: {
    ...{ entries: 90, bytes: 90_000, entriesMax: 100, bytesMax: 67_108_864 },
    ...{ evictions: 3, expirations: 1 },
    curve: [
      { entries: 50, hitShare: 0.4 },
      { entries: 100, hitShare: 0.6 },
      { entries: 1_000, hitShare: 0.794 },
      { entries: 10_000, hitShare: 0.8 },
    ],
  },
}
