import type { MembershipRow } from './read-roles.ts'
import type { Catalog } from './types.ts'

/** Who has the privileges of whom, and who has them all. */
export function findMemberships(
  rows: readonly MembershipRow[],
): Pick<Catalog, 'memberships' | 'superusers'> {
  return {
    memberships: new Map(
      rows
        .filter(row => row.superuser || row.inherits.length > 0)
        .map(({ name, inherits }) => [name, inherits]),
    ),
    superusers: new Set(rows.filter(row => row.superuser).map(row => row.name)),
  }
}
