// The documents of the API: what may be asked and what is answered, made from the catalog for the caller's role. OpenAPI
// 3.1 at `/openapi.json`; Swagger 2.0, in PostgREST's shape, for the root of the REST API.
export { describe, type DescribeOptions, type OpenApiDocument } from './describe.ts'
export { type Asked, createDescriber, type Describer, type DescriberRules } from './describer.ts'
export type { Document } from './documents.ts'
export type { Json, JsonObject } from './json.ts'
export {
  OPENAPI_CHECKS,
  OPENAPI_DEFAULTS,
  type OpenApiOptions,
  type OpenApiRules,
} from './options.ts'
export { OPENAPI_PATH, type OpenApiServices, registerOpenApi } from './routes.ts'
export type { Change } from './diff/change.ts'
export { compareDocuments, isDocument } from './diff/diff.ts'
export type { Part } from './diff/document.ts'
export { changeReport } from './diff/report.ts'
export { DOCS_PATH, type DocsServices, registerDocs } from './docs/routes.ts'
