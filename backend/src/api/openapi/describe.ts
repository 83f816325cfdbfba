import { ALL_RIGHTS, type Catalog, createRights } from '../../query/catalog/index.ts'
import { CACHING_HEADERS, CACHING_PARAMETERS, TIMED_OUT } from './caching.ts'
import { splitComment } from './comment.ts'
import type { JsonObject } from './json.ts'
import { describeScope } from './describe-scope.ts'
import { PLAN_CONTENT } from './media.ts'
import { FILTER_SCHEMAS, profileParameters, SHARED_PARAMETERS } from './parameters.ts'
import { ERROR_SCHEMA, FAILURE_RESPONSES, headerRefs, SHARED_HEADERS } from './responses.ts'
import { ROUTINE_TAG } from './routine-paths.ts'
import { type Scope, scopeOf } from './scope.ts'

/** What a document says besides what the catalog tells. */
export interface DescribeOptions {
  /** One of the exposed schemas. */
  readonly schema: string
  /** Under which the paths are: `/rest/v1`, or with host. */
  readonly serverUrl: string
  /** Requests without a token are served too. */
  readonly anonymous: boolean
  /** Who asks for the plan of a statement is told. */
  readonly plans: boolean
  /** Answers of reads are kept: what requests may say of that, and answers do. */
  readonly caching: boolean
  /** Answers say what is left of limits. Default false. */
  readonly limits?: boolean | undefined
  /** Of this server: `info.version`. */
  readonly version: string
}

/** A document of OpenAPI 3.1. */
export interface OpenApiDocument extends JsonObject {
  readonly openapi: '3.1.0'
  readonly info: JsonObject
  readonly servers: readonly JsonObject[]
  readonly tags: readonly JsonObject[]
  readonly paths: Readonly<Record<string, JsonObject>>
  readonly components: Readonly<Record<string, JsonObject>>
  readonly security: readonly JsonObject[]
}

/**
 * Everything that a role may use of a schema, as OpenAPI 3.1; for the role `undefined` everything there is. Pure, and the
 * same for equal catalogs. OpenAPI Specification 3.1.0; JSON Schema 2020-12.
 */
export function describe(
  catalog: Catalog,
  role: string | undefined,
  options: DescribeOptions,
): OpenApiDocument {
  const rights = role === undefined ? ALL_RIGHTS : createRights(catalog, role)
  const scope = scopeOf(catalog, options.schema, rights)
  const { plans, caching, limits = false } = options
  const isDefault = options.schema === catalog.schemas[0]
  const parts = describeScope(scope, { isDefault, plans, caching })
  const successes = {
    ...parts.responses,
    Done: DONE,
    ...(plans && { StatementPlan: STATEMENT_PLAN }),
  }
  const comment = splitComment(catalog.namespaces.get(options.schema)?.comment)
  return {
    openapi: '3.1.0',
    info: {
      title: comment.summary ?? `API of the schema ${options.schema}`,
      description: comment.description,
      version: options.version,
    },
    servers: [{ url: options.serverUrl }],
    security: options.anonymous ? [{}, { jwt: [] }] : [{ jwt: [] }],
    tags: tagsOf(scope),
    paths: parts.paths,
    components: {
      schemas: { ...parts.schemas, ...FILTER_SCHEMAS, Error: ERROR_SCHEMA },
      parameters: {
        ...SHARED_PARAMETERS,
        ...(caching && CACHING_PARAMETERS),
        ...(!isDefault && profileParameters(options.schema)),
        ...parts.parameters,
      },
      responses: {
        ...(limits ? withLimits(successes) : successes),
        ...FAILURE_RESPONSES,
        ...(caching && { TimedOut: TIMED_OUT }),
      },
      headers: caching ? { ...SHARED_HEADERS, ...CACHING_HEADERS } : SHARED_HEADERS,
      securitySchemes: {
        jwt: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A JSON Web Token. Its role decides what may be done.',
        },
      },
    },
  }
}

const DONE: JsonObject = Object.freeze({
  description: 'Done, and nothing to tell.',
  headers: headerRefs('ContentRange', 'Location', 'PreferenceApplied', 'Consistency'),
})

const STATEMENT_PLAN: JsonObject = Object.freeze({
  description: 'The plan of the statement, where it is asked for instead of a result.',
  content: PLAN_CONTENT,
})

const LIMIT_HEADERS = headerRefs('RateLimit', 'RateLimitPolicy')

function withLimits(responses: Readonly<Record<string, JsonObject>>): JsonObject {
  const limited = Object.entries(responses).map(([name, response]) => [
    name,
    { ...response, headers: { ...(response['headers'] as JsonObject), ...LIMIT_HEADERS } },
  ])
  return Object.fromEntries(limited) as JsonObject
}

function tagsOf({ relations, routines }: Scope): readonly JsonObject[] {
  const tags = relations.map(({ relation }) => ({
    name: relation.name,
    description: relation.comment ?? undefined,
  }))
  const isTaken = relations.some(({ relation }) => relation.name === ROUTINE_TAG)
  if (routines.length === 0 || isTaken) return tags
  return [...tags, { name: ROUTINE_TAG, description: 'Functions.' }]
}
