// Connections to one PostgreSQL server: a pool that follows the load, several statements in one round trip, cancelling,
// listening, and precise words when there is no connection. The only room that knows the driver.
export {
  type AdvisoryLockRegistrySetup,
  createAdvisoryLockRegistry,
} from './budget/advisory-lock-registry.ts'
export { askCapacity, type ServerCapacity, totalOf } from './budget/capacity.ts'
export { BudgetImpossibleError, RegistryLostError } from './budget/errors.ts'
export type { BudgetEvent, ShareReason } from './budget/events.ts'
export {
  createFleetBudget,
  type FleetBudget,
  type FleetBudgetSetup,
  type FleetNeeds,
  type FleetShare,
} from './budget/fleet-budget.ts'
export {
  BUDGET_CHECKS,
  BUDGET_DEFAULTS,
  type BudgetOptions,
  type BudgetRules,
} from './budget/options.ts'
export {
  createRedisRegistry,
  type RedisRegistrySetup,
  type RegistryRedis,
} from './budget/redis-registry.ts'
export type { BudgetClaim, BudgetRegistry, BudgetShare } from './budget/registry.ts'
export type { PoolClass } from './classes.ts'
export {
  AnswerTooLargeError,
  CancelledError,
  ConnectionError,
  DatabaseError,
  DeadlineError,
  type DatabaseErrorFields,
  PoolEndedError,
  PoolQueueFullError,
  PoolTimeoutError,
} from './errors.ts'
export type { DisconnectReason, HoldBackReason, PoolEvent, PoolerEvidence } from './events.ts'
export { type PluginHost, poolPlugin, type PoolPluginOptions } from './fastify.ts'
export {
  createListener,
  type Listener,
  type ListenerSetup,
  type OnNotification,
} from './listener.ts'
export {
  LISTENER_CHECKS,
  LISTENER_DEFAULTS,
  type ListenerOptions,
  type ListenerRules,
  POOL_CHECKS,
  POOL_DEFAULTS,
  type PoolOptions,
  type PoolRules,
} from './options.ts'
export type { Connection } from './member.ts'
export { createPool } from './pool.ts'
export { probe, type ServerFacts } from './probe.ts'
export type { SizingDecision, SizingReason } from './sizing/sizing.ts'
export { DatabaseStartError, type StartCode } from './start-errors.ts'
export type { CancelSignal, Queryable, Row, Step, StepResult } from './steps.ts'
export {
  type Environment,
  parseTarget,
  parseTargets,
  placeOf,
  type SslMode,
  type Target,
} from './target.ts'
export { TargetError } from './target-error.ts'
export type { Pool, PoolSetup, PoolStats } from './types.ts'
export type { UseOptions } from './use-options.ts'
