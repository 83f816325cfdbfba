import type { Catalog } from './types.ts'

/** What a server is told to serve, as far as it can be told whether it will work. */
export interface Expectations {
  readonly anonRole: string | undefined
  /** A function to call before each statement that nobody has, as the configuration names it. */
  readonly missingPreRequest?: string | undefined
  /** Names of relations whose paths answer something else. */
  readonly takenPaths?: readonly string[]
  /** Options that are set, and do nothing without Redis, which is not. */
  readonly idleOptions?: readonly string[]
}

/** What is allowed but hardly meant, each as a sentence: found at the start rather than by every request. */
export function doubtsOf(
  catalog: Catalog,
  { anonRole, missingPreRequest, takenPaths = [], idleOptions = [] }: Expectations,
): readonly string[] {
  return [
    ...doubtsOfRole(catalog, anonRole),
    ...doubtsOfPreRequest(missingPreRequest),
    ...idleOptions.map(name => `${name} does nothing without Redis: set redis.url`),
    ...catalog.schemas.flatMap(schema => doubtsOfSchema(catalog, schema, takenPaths)),
  ]
}

function doubtsOfRole({ roles }: Catalog, role: string | undefined): readonly string[] {
  if (role === undefined || roles.has(role)) return []
  return [
    `The anonymous role '${role}' does not exist, or the login role may not become it: requests without a token will fail`,
  ]
}

function doubtsOfPreRequest(missing: string | undefined): readonly string[] {
  if (missing === undefined) return []
  return [
    `The function '${missing}' of database.preRequest does not exist, or cannot be called without arguments: every request will fail`,
  ]
}

function doubtsOfSchema(
  { relations }: Catalog,
  schema: string,
  takenPaths: readonly string[],
): readonly string[] {
  const names = [...relations.values()].filter(one => one.schema === schema).map(one => one.name)
  if (names.length === 0) return [`The schema '${schema}' has no table or view`]
  const taken = names.filter(name => takenPaths.includes(name))
  return taken.map(
    name =>
      `GET /${name} answers how the server is doing, not the relation '${schema}.${name}': set http.adminPort or rest.prefix`,
  )
}
