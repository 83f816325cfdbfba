import type { Clock } from '../../base/index.ts'
import type { CacheStats, CurvePoint, MemoryStats } from '../../capabilities/cache/index.ts'
import type { Relation } from '../../query/catalog/index.ts'
import type { CachingReport, CachingRules, Invalidations } from '../../query/executor/index.ts'
import { adviceOf } from './cache-advice.ts'

/** `/metrics/cache`. Moments are in milliseconds since 1970; all parts are undefined where the cache is switched off. */
export interface CacheReport {
  readonly at: number
  readonly isEnabled: boolean
  readonly reads: CacheReads | undefined
  readonly loads: CacheLoads | undefined
  readonly invalidations: CacheInvalidations | undefined
  readonly l1: CacheMemory | undefined
  /** Undefined too where there is no Redis. */
  readonly l2: CacheShared | undefined
  readonly journal: CacheJournal | undefined
  /** What could be done, in words. */
  readonly advice: readonly string[]
}

/** Reads by where their answer came from. */
export interface CacheReads {
  readonly hits: CacheStats['hits']
  readonly misses: number
  readonly hitShare: number | undefined
  readonly stale: CacheStats['stale']
  /** By reason. */
  readonly bypasses: Readonly<Record<string, number>>
  /** Rows that were kept as the write answered them: their first read is a hit. */
  readonly writeThroughs: number
}

/** Reads that the cache had the database do, and those that it spared it. */
export interface CacheLoads {
  readonly begun: number
  readonly running: number
  readonly joined: number
  readonly leaseWaits: number
  readonly refreshes: number
  readonly failed: number
  readonly timedOut: number
  /** Answers that were not kept, for something changed while they were read. */
  readonly dropped: CacheStats['droppedFills']
}

/** Kept answers that changes made old, by how narrowly they were told. */
export interface CacheInvalidations extends Invalidations {
  /** Of the second level, when they were read there. */
  readonly inL2: CacheStats['oldInL2']
  /** The tables that changed, most answers first. */
  readonly byTable: readonly (Invalidations & { readonly name: string })[]
}

export type CacheMemory = Omit<MemoryStats, 'curve'> & { readonly curve: readonly CurvePoint[] }

export interface CacheShared {
  readonly isReady: boolean
  readonly entries: number | undefined
  readonly entriesMax: number
  readonly evictions: number
  readonly failures: number
  readonly latencyMs: { readonly p50: number | undefined; readonly p99: number | undefined }
}

export interface CacheJournal extends Omit<CachingReport['follower'], 'journaled'> {
  /** Tables whose changes are told. */
  readonly tables: readonly string[]
}

/** What is known of the cache. */
export interface CacheFacts {
  readonly report: CachingReport
  readonly rules: CachingRules
  readonly catalog: {
    readonly relations: ReadonlyMap<string, Pick<Relation, 'oid' | 'schema' | 'name'>>
  }
}

/** Undefined: the cache is switched off. */
export function cacheReport(facts: CacheFacts | undefined, clock: Clock): CacheReport {
  const at = clock.epochMs()
  if (facts === undefined) return { at, ...OFF }
  const { report, rules } = facts
  const { cache } = report
  return {
    at,
    isEnabled: rules.enabled,
    reads: readsOf(report),
    loads: loadsOf(cache),
    invalidations: invalidationsOf(report),
    l1: cache.l1,
    l2: sharedOf(cache, rules),
    journal: journalOf(facts),
    advice: adviceOf(report, rules),
  }
}

const OFF: Omit<CacheReport, 'at'> = Object.freeze({
  isEnabled: false,
  ...{ reads: undefined, loads: undefined, invalidations: undefined, l1: undefined },
  ...{ l2: undefined, journal: undefined },
  advice: ['The cache is switched off: cache.enabled is false.'],
})

/** What clients themselves went past is a reason like the others. */
function readsOf({ cache, bypasses, writeThroughs }: CachingReport): CacheReads {
  const { hits, misses, hitShare, stale } = cache
  const { noCache, noStore } = cache.bypasses
  const asked = { 'no-cache': noCache, 'no-store': noStore }
  return { hits, misses, hitShare, stale, bypasses: { ...asked, ...bypasses }, writeThroughs }
}

function loadsOf(cache: CacheStats): CacheLoads {
  return {
    begun: cache.loads,
    running: cache.flights,
    joined: cache.joined,
    leaseWaits: cache.leaseWaits,
    refreshes: cache.refreshes,
    failed: cache.loadFailures,
    timedOut: cache.loadTimeouts,
    dropped: cache.droppedFills,
  }
}

function invalidationsOf({ cache, invalidations }: CachingReport): CacheInvalidations {
  const total = ({ row, predicate, table, all }: Invalidations) => row + predicate + table + all
  const byTable = Object.entries(invalidations)
    .map(([name, counts]) => ({ name, ...counts }))
    .sort((one, other) => total(other) - total(one))
  return { ...cache.invalidations, inL2: cache.oldInL2, byTable }
}

function sharedOf({ l2 }: CacheStats, { sharedEntriesMax }: CachingRules): CacheShared | undefined {
  if (l2 === undefined) return undefined
  const { isReady, entries, evictions, failures, latencyP50Ms, latencyP99Ms } = l2
  const latencyMs = { p50: latencyP50Ms, p99: latencyP99Ms }
  return { isReady, entries, entriesMax: sharedEntriesMax, evictions, failures, latencyMs }
}

function journalOf({ report: { follower }, catalog }: CacheFacts): CacheJournal {
  const { journaled, ...rest } = follower
  const wanted = new Set(journaled)
  const tables = [...catalog.relations.values()]
    .filter(({ oid }) => wanted.has(oid))
    .map(({ schema, name }) => `${schema}.${name}`)
    .sort()
  return { ...rest, tables }
}
