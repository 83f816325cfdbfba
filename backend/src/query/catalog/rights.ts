import type { Catalog, Column, Privilege, Relation, Routine } from './types.ts'

/** What a role may do by what was granted to it, to everybody, and to the roles whose privileges it has. */
export interface Rights {
  /** USAGE of a schema: without it nothing inside can be reached. */
  mayUse(schema: string): boolean
  /** On the whole relation. */
  mayAll(kind: Privilege['kind'], relation: Relation): boolean
  /** On one column: by a privilege on the relation or on the column. DELETE is of whole relations only. */
  may(kind: Privilege['kind'], relation: Relation, column: Column): boolean
  /** On the relation or on any of its columns. */
  mayAny(kind: Privilege['kind'], relation: Relation): boolean
  mayExecute(routine: Pick<Routine, 'executableBy'>): boolean
}

/** Everything to everybody: what a description shows that does not look at privileges. */
export const ALL_RIGHTS: Rights = Object.freeze({
  mayUse: () => true,
  mayAll: () => true,
  may: () => true,
  mayAny: () => true,
  mayExecute: () => true,
})

/** PostgreSQL: "Predefined Roles". Their members need no grant, neither on schemas nor on relations. */
const READ_ALL = 'pg_read_all_data'
const WRITE_ALL = 'pg_write_all_data'

/** The rights of a role in this snapshot. A role that does not exist has those of PUBLIC. */
export function createRights(catalog: Catalog, role: string): Rights {
  if (catalog.superusers.has(role)) return ALL_RIGHTS
  const grantees = granteesOf(catalog, role)
  const isGranted = (roles: readonly string[]) => roles.some(name => grantees.has(name))
  const holds = (privileges: readonly Privilege[], kind: Privilege['kind']) =>
    privileges.some(privilege => privilege.kind === kind && grantees.has(privilege.role))
  const usesAll = grantees.has(READ_ALL) || grantees.has(WRITE_ALL)
  const mayAll: Rights['mayAll'] = (kind, relation) =>
    grantees.has(kind === 'select' ? READ_ALL : WRITE_ALL) || holds(relation.privileges, kind)
  return {
    mayUse: schema => usesAll || isGranted(catalog.namespaces.get(schema)?.usableBy ?? []),
    mayAll,
    may: (kind, relation, column) => mayAll(kind, relation) || holds(column.privileges, kind),
    mayAny: (kind, relation) =>
      mayAll(kind, relation) ||
      [...relation.columns.values()].some(column => holds(column.privileges, kind)),
    mayExecute: routine => isGranted(routine.executableBy),
  }
}

/** The role, everybody, and the roles whose privileges it has, however long the way. */
function granteesOf({ memberships }: Catalog, role: string): ReadonlySet<string> {
  const found = new Set(['PUBLIC', role])
  for (const name of found) for (const other of memberships.get(name) ?? []) found.add(other)
  return found
}
