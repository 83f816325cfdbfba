// Answers of reads, kept and given again: an executor before another one, the cache that it keeps them in, and the rules of the
// configuration for it.
export { type AnswerCache, type AnswerCacheSetup, createAnswerCache } from './answer-cache.ts'
export { type CachingExecutor, createCachingExecutor } from './caching-executor.ts'
export { type Eligible, eligibilityOf, type Ineligible } from './eligibility.ts'
export { keepsAnswers } from './idleness.ts'
export { PlanPolicies } from './plan-policies.ts'
export type { HintRedis } from './commit-hints.ts'
export type { FollowerEvent } from './follower-events.ts'
export {
  FOLLOWER_CHECKS,
  FOLLOWER_DEFAULTS,
  type FollowerOptions,
  type FollowerRules,
} from './follower-options.ts'
export type { DrivenFollower, JournalFollowerSetup } from './follower-setup.ts'
export { createJournalFollower } from './journal-follower.ts'
export {
  CACHING_CHECKS,
  CACHING_DEFAULTS,
  type CachingOptions,
  type CachingRules,
} from './options.ts'
export type { CachingSetup } from './parts.ts'
export type { CachingReport } from './report.ts'
export { tableDoubts } from './table-doubts.ts'
export type { TablePolicies, TablePolicy } from './table-policies.ts'
export type {
  FollowerState,
  FollowerStatus,
  Invalidations,
  JournalFollower,
  OwnChanges,
} from './types.ts'
