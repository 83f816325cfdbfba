// Values kept near those who ask for them, and never older than what their caller may see: levels, single flight, staleness,
// and changes that say what has become old. Knows nothing of tables, SQL or HTTP.
export type { Cache, CacheSetup } from './cache.ts'
export {
  type ChangeLogSetup,
  type ChangeLogStats,
  createChangeLog,
  type MemorizingChangeLog,
} from './changes/change-log.ts'
export type { FieldsOf } from './changes/concern.ts'
export { createDependents, type DependentsSetup } from './changes/dependents.ts'
export { createSequenceCoherence, type SequenceCoherence } from './changes/sequence-coherence.ts'
export { createCache } from './composed-cache.ts'
export type { Entry } from './entry.ts'
export { CacheClosedError, LoadTimeoutError, NotStoredError } from './errors.ts'
export type { CacheEvent } from './events.ts'
export type { OnOld } from './first-level.ts'
export type { Load, LoadContext, Loaded } from './loader.ts'
export { createMemoryStore, type MemoryStoreSetup } from './memory/memory-store.ts'
export {
  MEMORY_CHECKS,
  MEMORY_DEFAULTS,
  type MemoryOptions,
  type MemoryRules,
} from './memory/options.ts'
export { CACHE_CHECKS, CACHE_DEFAULTS, type CacheOptions, type CacheRules } from './options.ts'
export type { Origin } from './origin.ts'
export type { Ask, Policy } from './policy.ts'
export type { From, Result, StaleReason } from './result.ts'
export { type BusSetup, createBus } from './shared/bus.ts'
export type { CacheRedis } from './shared/cache-redis.ts'
export { createLeases, type LeasesSetup, type RedisLeases } from './shared/leases.ts'
export {
  createMemorySharedStore,
  type MemorySharedStoreSetup,
} from './shared/memory-shared-store.ts'
export {
  BUS_CHECKS,
  BUS_DEFAULTS,
  type BusOptions,
  type BusRules,
  LEASE_CHECKS,
  LEASE_DEFAULTS,
  type LeaseOptions,
  type LeaseRules,
  SHARED_CHECKS,
  SHARED_DEFAULTS,
  type SharedOptions,
  type SharedRules,
} from './shared/options.ts'
export { comparePlaces } from './shared/places.ts'
export {
  createRedisStore,
  type RedisStore,
  type RedisStoreSetup,
  type RedisStoreStats,
} from './shared/redis-store.ts'
export type { CacheStats } from './stats.ts'
export type { Tally } from './tally.ts'
export {
  SHARED_STORE_CONTRACT,
  type StoreHarness,
  type StoreRequirement,
} from './testing/store-contract.ts'
export type {
  Bus,
  BusListener,
  Change,
  ChangeLog,
  Codec,
  Coherence,
  CurvePoint,
  Departure,
  Dependency,
  Dependents,
  Kept,
  Lease,
  Leases,
  MemoryStats,
  MemoryStore,
  Precision,
  SharedSet,
  SharedStats,
  SharedStore,
  Touched,
} from './types.ts'
