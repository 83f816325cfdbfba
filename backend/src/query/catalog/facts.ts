import { allCalled } from './dependencies.ts'
import type { CatalogRules } from './options.ts'
import { type CastRow, readCasts } from './read-casts.ts'
import { type ColumnRow, readColumns } from './read-columns.ts'
import { type PolicyRow, readPolicies, readViews, type ViewRow } from './read-definitions.ts'
import {
  type ForeignKeyRow,
  readForeignKeys,
  readUniqueKeys,
  type UniqueKeyRow,
} from './read-keys.ts'
import { type RelationRow, readRelations } from './read-relations.ts'
import { type NamespaceRow, readNamespaces } from './read-namespaces.ts'
import {
  type MembershipRow,
  type RoleRow,
  readHasPostgis,
  readMemberships,
  readRoles,
} from './read-roles.ts'
import { type ReadFunction, readFunctions } from './read-functions.ts'
import { type InheritanceRow, readInheritance } from './read-inheritance.ts'
import { type RoutineRow, readRoutines } from './read-routines.ts'
import { readTypes, type TypeRow } from './read-types.ts'
import type { Reader } from './reader.ts'
import { readScope } from './scope.ts'

/** Everything that was read, as PostgreSQL has it: the catalog is made of this and of nothing else. */
export interface Facts {
  readonly relations: readonly RelationRow[]
  readonly columns: readonly ColumnRow[]
  readonly uniqueKeys: readonly UniqueKeyRow[]
  readonly foreignKeys: readonly ForeignKeyRow[]
  readonly views: readonly ViewRow[]
  readonly policies: readonly PolicyRow[]
  readonly routines: readonly RoutineRow[]
  readonly functions: readonly ReadFunction[]
  readonly inheritance: readonly InheritanceRow[]
  readonly casts: readonly CastRow[]
  readonly types: readonly TypeRow[]
  readonly roles: readonly RoleRow[]
  readonly memberships: readonly MembershipRow[]
  readonly namespaces: readonly NamespaceRow[]
  readonly hasPostgis: boolean
}

export async function readFacts(reader: Reader, rules: CatalogRules): Promise<Facts> {
  const { schemas, extraSearchPath } = rules
  const scope = await readScope(reader, schemas)
  const columns = await readColumns(reader, scope)
  const views = await readViews(reader, scope)
  const policies = await readPolicies(reader, scope)
  const routines = await readRoutines(reader, schemas, extraSearchPath)
  const casts = await readCasts(reader)
  return {
    relations: await readRelations(reader, scope),
    columns,
    uniqueKeys: await readUniqueKeys(reader, scope),
    foreignKeys: await readForeignKeys(reader, scope),
    views,
    policies,
    routines,
    functions: await readFunctions(reader, [
      ...new Set([
        ...allCalled([...views, ...policies]),
        ...routines.map(routine => routine.oid),
        ...casts.map(cast => cast.function),
      ]),
    ]),
    inheritance: await readInheritance(reader, scope),
    casts,
    types: await readTypes(reader, usedTypes(columns, routines, casts), schemas),
    roles: await readRoles(reader),
    memberships: await readMemberships(reader),
    namespaces: await readNamespaces(reader, schemas),
    hasPostgis: await readHasPostgis(reader, schemas, extraSearchPath),
  }
}

function usedTypes(
  columns: readonly ColumnRow[],
  routines: readonly RoutineRow[],
  casts: readonly CastRow[],
): readonly number[] {
  const used = new Set<number>()
  for (const column of columns) used.add(column.type)
  for (const routine of routines)
    for (const type of [...routine.types, routine.returns]) used.add(type)
  for (const cast of casts) used.add(cast.domain)
  return [...used]
}
