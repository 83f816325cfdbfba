// The path to the database and back: a router chooses the node, its breaker and its pool let the request through, context and
// statement travel in one round trip.
export {
  type AnswerCache,
  CACHING_CHECKS,
  CACHING_DEFAULTS,
  type CachingExecutor,
  type CachingOptions,
  type CachingReport,
  type CachingRules,
  createAnswerCache,
  createCachingExecutor,
  createJournalFollower,
  type DrivenFollower,
  type Eligible,
  eligibilityOf,
  FOLLOWER_CHECKS,
  FOLLOWER_DEFAULTS,
  type FollowerEvent,
  type FollowerOptions,
  type FollowerState,
  type FollowerStatus,
  type Ineligible,
  type Invalidations,
  type JournalFollower,
  type OwnChanges,
  keepsAnswers,
  PlanPolicies,
  type TablePolicy,
  tableDoubts,
} from './caching/index.ts'
export type { Disturb } from './disturbance.ts'
export { createExecutor, type ExecutorSetup, isOutage } from './executor.ts'
export { alwaysTo, type DatabaseNode, type Router } from './router.ts'
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
export {
  createNodes,
  firstAnswering,
  type Nodes,
  type NodesCheck,
  type NodesSetup,
  type NodeTarget,
  nodeTargets,
  type PoolOfNode,
  type ServerNode,
} from './nodes/index.ts'
export type { Idempotency } from './idempotency/types.ts'
export { StatementCosts, type StatementCostsSetup } from './statement-costs.ts'
export { type ExecutorEvent, toldExecutor } from './told.ts'
export type * from './types.ts'
