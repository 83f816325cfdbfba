import { option } from '../../../base/index.ts'
import {
  CACHE_CHECKS,
  CACHE_DEFAULTS,
  type CacheOptions,
  LEASE_CHECKS,
  LEASE_DEFAULTS,
  MEMORY_CHECKS,
  MEMORY_DEFAULTS,
  type MemoryOptions,
  SHARED_CHECKS,
  SHARED_DEFAULTS,
} from '../../../capabilities/cache/index.ts'
import { TABLES_CHECK, type TablePolicies } from './table-policies.ts'

/** Of an answer there is always something, and changes come from the journal rather than from other processes. */
type Unused = 'negativeTtlMs' | 'behindTtlMs'

/** What is kept of answers to reads. Nothing is, as long as no table is journaled and none has a time of its own. */
export interface CachingOptions extends Omit<CacheOptions, Unused>, MemoryOptions {
  /** Keep answers of reads, and answer from what is kept. Default true. */
  enabled?: boolean
  /**
   * So long an answer that is over is given when the database cannot be asked, in milliseconds; changed ones too, marked as
   * stale. Default 300_000.
   */
  staleIfErrorMs?: number
  /**
   * Longest wait for a read that another request has begun, or for one's own, in milliseconds; 0: as long as PostgreSQL and the
   * deadline of the request allow. Default 0.
   */
  hardTimeoutMs?: number
  /** Answers in Redis, of all processes. Default 1_000. */
  sharedEntriesMax?: number
  /** A larger answer is not put into Redis, in bytes. Default 1_048_576. */
  sharedEntryBytesMax?: number
  /** A process that reads for all and has not been heard of for so long has died, in milliseconds. Default 2_000. */
  leaseMs?: number
  /** Longest wait for the read of another process that lives, in milliseconds; then one reads oneself. Default 60_000. */
  waitMs?: number
  /** Tables with rules of their own, by `schema.table`. Default none. */
  tables?: TablePolicies
}
export type CachingRules = Readonly<Required<CachingOptions>>

const { negativeTtlMs, behindTtlMs, ...cacheDefaults } = CACHE_DEFAULTS
const { negativeTtlMs: ofNegative, behindTtlMs: ofBehind, ...cacheChecks } = CACHE_CHECKS

export const CACHING_DEFAULTS: CachingRules = Object.freeze({
  enabled: true,
  ...cacheDefaults,
  staleIfErrorMs: 300_000,
  hardTimeoutMs: 0,
  ...MEMORY_DEFAULTS,
  sharedEntriesMax: SHARED_DEFAULTS.entriesMax,
  sharedEntryBytesMax: SHARED_DEFAULTS.entryBytesMax,
  leaseMs: LEASE_DEFAULTS.leaseMs,
  waitMs: LEASE_DEFAULTS.waitMs,
  tables: Object.freeze({}),
})
export const CACHING_CHECKS: option.Checks<CachingOptions> = Object.freeze({
  enabled: option.flag(),
  ...cacheChecks,
  ...MEMORY_CHECKS,
  sharedEntriesMax: SHARED_CHECKS.entriesMax,
  sharedEntryBytesMax: SHARED_CHECKS.entryBytesMax,
  leaseMs: LEASE_CHECKS.leaseMs,
  waitMs: LEASE_CHECKS.waitMs,
  tables: TABLES_CHECK,
})
