// PostgREST's dialect: a request becomes a plan, its answer a response.
export { type CallInput, type UnderstoodCall, understandCall } from './call/understand.ts'
export { REST_CHECKS, REST_DEFAULTS, type RestOptions, type RestRules } from './options.ts'
export { hintForPath } from './path-hint.ts'
export { type ReadInput, type UnderstoodRead, understandRead } from './read/understand.ts'
export { answerRest, registerRest } from './routes.ts'
export { createPlans, type Plans, type Prepared, type RestServices } from './services.ts'
export { type UnderstoodWrite, understandWrite, type WriteInput } from './write/understand.ts'
