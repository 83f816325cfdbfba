import type { Catalog } from './types.ts'

/** What a server is told to serve, as far as the catalog can tell whether it will work. */
export interface Expectations {
  readonly anonRole: string | undefined
}

/** What is allowed but hardly meant, each as a sentence: found at the start rather than by every request. */
export function doubtsOf(catalog: Catalog, { anonRole }: Expectations): readonly string[] {
  const doubts: string[] = []
  if (anonRole !== undefined && !catalog.roles.has(anonRole)) {
    doubts.push(
      `The anonymous role '${anonRole}' does not exist, or the login role may not become it: requests without a token will fail`,
    )
  }
  for (const schema of catalog.schemas) {
    const isEmpty = ![...catalog.relations.values()].some(relation => relation.schema === schema)
    if (isEmpty) doubts.push(`The schema '${schema}' has no table or view`)
  }
  return doubts
}
