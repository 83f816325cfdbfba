// PostgREST's dialect: a request becomes a plan, its answer a response.
export { REST_CHECKS, REST_DEFAULTS, type RestOptions, type RestRules } from './options.ts'
export { registerRest } from './routes.ts'
export type { Prepared, RestServices } from './services.ts'
export { type ReadCall, type ReadInput, understandRead } from './understand.ts'
