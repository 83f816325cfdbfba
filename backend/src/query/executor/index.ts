// The path to the database and back. Today: context and statement in one round trip over a pooled connection.
export { createExecutor, type ExecutorSetup } from './executor.ts'
export {
  DATABASE_CHECKS,
  DATABASE_DEFAULTS,
  type DatabaseOptions,
  type DatabaseRules,
  type TransactionEnd,
} from './options.ts'
export {
  createPlanCache,
  PLAN_CACHE_DEFAULTS,
  type PlanCache,
  type PlanCacheOptions,
} from './plan-cache.ts'
export type { Idempotency } from './idempotency/types.ts'
export { type ExecutorEvent, toldExecutor } from './told.ts'
export type * from './types.ts'
