// Stands before whatever can fail: a database node, Redis, an upstream of one's own. A breaker that rests while calls would be
// in vain, and around it what a call may need: a time limit, repeats within a budget, a concurrency limit, a fallback;
// the view of all processes, and faults on purpose.
export type { Wait } from './admissions.ts'
export { type Breaker, type BreakerSetup, createBreaker } from './breaker.ts'
export { type Breakers, type BreakersSetup, createBreakers } from './breakers.ts'
export { type Chaos, type ChaosSetup, createChaos } from './chaos.ts'
export {
  CHAOS_CHECKS,
  CHAOS_DEFAULTS,
  type ChaosOptions,
  type ChaosRules,
  checkChaos,
} from './chaos-options.ts'
export { classifyCall } from './classify/call.ts'
export { classifyHttp, HTTP_ENDINGS } from './classify/http.ts'
export { classifyNode, NODE_ENDINGS } from './classify/node.ts'
export { classifyPostgres, POSTGRES_ENDINGS } from './classify/postgres.ts'
export { classifyRedis, REDIS_ENDINGS } from './classify/redis.ts'
export type { EndingRule } from './classify/table.ts'
export {
  type ConcurrencyLimit,
  type ConcurrencyLimitSetup,
  createConcurrencyLimit,
} from './concurrency-limit.ts'
export type { ConcurrencyLimitOptions } from './concurrency-limit-options.ts'
export {
  BreakerOpenError,
  BreakerThrottledError,
  BreakerWarmingError,
  CallTimeoutError,
  ChaosError,
  ChaosRefusedError,
  ChaosTokenMissingError,
  ConcurrencyLimitError,
  RefusedError,
} from './errors.ts'
export type { BreakerEvent, Transition, TransitionReason } from './events.ts'
export {
  type Experiment,
  type ExperimentStatus,
  type Fault,
  FOR_MS_MAX as EXPERIMENT_FOR_MS_MAX,
} from './experiment.ts'
export type { Fallback } from './fallback.ts'
export { type BreakersPluginOptions, breakersPlugin, type RouteBreaker } from './fastify.ts'
export type { Ending, Permit } from './gate.ts'
export type { WatchedTransition } from './history.ts'
export {
  BREAKER_CHECKS,
  BREAKER_DEFAULTS,
  type BreakerOptions,
  type BreakerRules,
} from './options.ts'
export { type RetryPolicy, type RetryRules, retry } from './retry.ts'
export { createRetryBudget, type RetryBudget, type RetryBudgetSetup } from './retry-budget.ts'
export type { RunOptions } from './run.ts'
export { type Bus, type Channels, channelBus } from './share/bus.ts'
export { type Sharing, type ShareSetup, shareTransitions } from './share/share.ts'
export type { BreakerStatus } from './status.ts'
export type { StateKind } from './state.ts'
export type { Call } from './timed-call.ts'
