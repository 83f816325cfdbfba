// PostgREST's dialect: a request becomes a plan, its answer a response.
export { REST_CHECKS, REST_DEFAULTS, type RestOptions, type RestRules } from './options.ts'
export { type ReadInput, type UnderstoodRead, understandRead } from './read/understand.ts'
export { registerRest } from './routes.ts'
export { createPlans, type Plans, type Prepared, type RestServices } from './services.ts'
