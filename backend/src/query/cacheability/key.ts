import type { Claims, ClaimsRead } from './claims.ts'

/** In whose name and under which settings a statement runs, as far as its answer depends on it. */
export interface KeyContext {
  readonly role: string
  readonly claims: Claims
  /** `search_path`, quoted and joined. */
  readonly searchPath: string
  /** Further settings of the transaction, such as the time zone and those of the role. */
  readonly settings: readonly (readonly [name: string, value: string])[]
}

/** What a key says of the request's shape. */
export interface KeyShape {
  /** The name of the statement: it stands for its text. */
  readonly statement: string
  /** Other policies, functions and views are another version. */
  readonly catalogVersion: string
  readonly claims: ClaimsRead
}

/**
 * The key of an answer: equal keys, equal answers from equal rows. Every part says how long it is, so no two lists of
 * parts make one key.
 */
export function writeKey(
  { statement, catalogVersion, claims }: KeyShape,
  context: KeyContext,
  parameters: readonly (string | null)[],
): string {
  const { role, searchPath, settings } = context
  let key = part(catalogVersion) + part(statement) + part(role)
  key += `${part(searchPath)}${part(context.claims.part(claims))}${settings.length};`
  for (const [name, value] of settings) key += part(name) + part(value)
  for (const parameter of parameters) key += parameter === null ? '-' : part(parameter)
  return key
}

function part(text: string): string {
  return `${text.length}:${text}`
}
