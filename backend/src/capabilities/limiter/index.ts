// How often who may come in, counted for whatever a request can be told by, decided for all limits at once; and who comes first when
// there is not room for all. In this process alone, or shared by many through Redis.
export { DEFAULT_LIMIT_RULES } from './default-rules.ts'
export { Decision } from './decision.ts'
export {
  errorOf,
  LimitedError,
  LimitUnknownError,
  OverloadError,
  RateLimitError,
} from './errors.ts'
export type { LimiterEvent } from './events.ts'
export { type LimiterPluginOptions, limiterPlugin } from './fastify.ts'
export type { LimitHeaders } from './headers.ts'
export {
  createLimiter,
  type Limiter,
  type LimiterReport,
  type LimiterSetup,
  type PenaltyTerms,
} from './limiter.ts'
export { LIMITS_CHECKS, LIMITS_DEFAULTS, type LimitsOptions, type LimitsRules } from './options.ts'
export { createEventLoopLag, type EventLoopLag, type LoadSignal } from './shedding/load.ts'
export type { SheddingReport } from './shedding/shedder.ts'
export { createRuleSource, type RuleSource, type RuleSourceSetup } from './rule-source.ts'
export type { RouteLimit } from './route-rules.ts'
export type { RuleReport } from './tally.ts'
export { LIMITS_PART, READ_LIMITS, REMOVE_LIMIT, SET_LIMIT, tableRules } from './table.ts'
export type {
  Algorithm,
  Conditions,
  Cost,
  LimiterRedis,
  LimitMode,
  LimitRule,
  LimitRules,
  OnOutage,
  Penalty,
  Priority,
  Refusal,
  Subject,
  Weight,
} from './types.ts'
