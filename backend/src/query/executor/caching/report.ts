import type { CacheStats } from '../../../capabilities/cache/index.ts'
import type { Catalog } from '../../catalog/index.ts'
import type { BypassReason } from '../types.ts'
import type { AnswerCache } from './answer-cache.ts'
import type { Bypasses } from './bypasses.ts'
import type { FollowerStatus, Invalidations, JournalFollower } from './types.ts'

/** What is told of the cache: for `/metrics/cache`. */
export interface CachingReport {
  readonly cache: CacheStats
  /** Reads that went past it. */
  readonly bypasses: Readonly<Partial<Record<BypassReason, number>>>
  /** Rows kept as writes answered them. */
  readonly writeThroughs: number
  readonly follower: FollowerStatus
  /** Kept answers that changes made old, by table: `schema.table`, or the object id of one that is no more. */
  readonly invalidations: Readonly<Record<string, Invalidations>>
}

export function reportOf(
  cache: AnswerCache,
  bypasses: Bypasses,
  writeThroughs: number,
  follower: JournalFollower,
  catalog: Catalog,
): CachingReport {
  const names = new Map<string, string>()
  for (const { oid, schema, name } of catalog.relations.values()) {
    names.set(String(oid), `${schema}.${name}`)
  }
  const counted = Array.from(
    cache.invalidations(),
    ([tag, counts]) => [names.get(tag) ?? tag, { ...counts }] as const,
  )
  return {
    cache: cache.stats(),
    bypasses: bypasses.all(),
    writeThroughs,
    follower: follower.status(),
    invalidations: Object.fromEntries(counted),
  }
}
