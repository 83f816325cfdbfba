import type { RoleRow } from './read-roles.ts'
import { settingsMap } from './settings.ts'
import type { Isolation, Role } from './types.ts'

const ISOLATIONS: readonly Isolation[] = ['read committed', 'repeatable read', 'serializable']

/** Roles by name. PostgREST: "Impersonated Role Settings". */
export function findRoles(rows: readonly RoleRow[]): ReadonlyMap<string, Role> {
  return new Map(rows.map(row => [row.name, createRole(row)]))
}

function createRole({ name, settings }: RoleRow): Role {
  const map = settingsMap(settings)
  return { name, settings: map, isolation: isolationOf(map) }
}

/** PostgreSQL stores the value as it was written: any case. `read uncommitted` is `read committed` to it. */
export function isolationOf(settings: ReadonlyMap<string, string>): Isolation | null {
  const value = settings.get('default_transaction_isolation')?.toLowerCase()
  return ISOLATIONS.find(isolation => isolation === value) ?? null
}
