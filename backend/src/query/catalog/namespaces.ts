import { parseUsers } from './privileges.ts'
import type { NamespaceRow } from './read-namespaces.ts'
import type { Namespace } from './types.ts'

/** Schemas by name. */
export function findNamespaces(rows: readonly NamespaceRow[]): ReadonlyMap<string, Namespace> {
  return new Map(
    rows.map(({ name, comment, privileges }) => [
      name,
      { name, comment, usableBy: parseUsers(privileges) },
    ]),
  )
}
