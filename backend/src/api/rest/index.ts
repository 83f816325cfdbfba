// PostgREST's dialect: a request becomes a plan, its answer a response.
export { type CallInput, type UnderstoodCall, understandCall } from './call/understand.ts'
export type { ExplainedRequest } from './explaining/execution.ts'
export {
  type CacheExplanation,
  explainCache,
  type KnownJournal,
} from './explaining/explanation.ts'
export { REST_CHECKS, REST_DEFAULTS, type RestOptions, type RestRules } from './options.ts'
export { Hits, type HitsParts } from './hits/hits.ts'
export { hintForPath } from './path-hint.ts'
export { type ReadInput, understandRead } from './read/understand.ts'
export { answerRest, registerRest } from './routes.ts'
export type { Prepared } from './prepared.ts'
export { RequestCosts } from './request-costs.ts'
export { createPlans, type Plans, type RestServices } from './services.ts'
export type { UnderstoodRead } from './understood.ts'
export {
  VALIDATION_CHECKS,
  VALIDATION_DEFAULTS,
  type ValidationOptions,
  type ValidationRules,
} from './validation/options.ts'
export type { ValidationEvent } from './validation/events.ts'
export { type ValidationReport, ValidationTally } from './validation/tally.ts'
export { type UnderstoodWrite, understandWrite, type WriteInput } from './write/understand.ts'
