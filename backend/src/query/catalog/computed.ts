import { parseExecutors } from './privileges.ts'
import type { RoutineRow } from './read-routines.ts'
import type { TypeCatalog } from './type-catalog.ts'
import type { ComputedField, ComputedRelationship, Relation, RelationRef } from './types.ts'
import { relationKey } from './types.ts'
import { volatilityOf } from './volatility.ts'

/** What turns functions of a row into fields and relationships. */
export interface ComputedParts {
  readonly relations: ReadonlyMap<number, Relation>
  readonly types: TypeCatalog
  readonly schemas: readonly string[]
  readonly extraSearchPath: readonly string[]
}

/**
 * Functions of one row that answer one value, by `relationKey` of the row's relation and by name. As for PostgREST,
 * the function is in the relation's own schema or on the extra search path, and the former comes first.
 */
export function findComputedFields(
  routines: readonly RoutineRow[],
  parts: ComputedParts,
): ReadonlyMap<string, ReadonlyMap<string, ComputedField>> {
  const fields = new Map<string, Map<string, ComputedField>>()
  for (const row of routines) {
    const relation = rowRelation(row, parts)
    if (relation === undefined || !isValue(row, parts)) continue
    const rank = reachRank(row.schema, relation, parts)
    const key = relationKey(relation.schema, relation.name)
    const ofRelation = fields.get(key) ?? new Map<string, ComputedField>()
    const before = ofRelation.get(row.name)
    if (rank === -1) continue
    if (before && reachRank(before.schema, relation, parts) <= rank) continue
    fields.set(key, ofRelation.set(row.name, createField(row, parts.types)))
  }
  return fields
}

/**
 * Functions of one row that answer rows of a relation. They answer at most one when they are no set or say `rows 1`.
 * PostgREST: "Computed Relationships".
 */
export function findComputedRelationships(
  routines: readonly RoutineRow[],
  parts: ComputedParts,
): readonly ComputedRelationship[] {
  return routines.flatMap(row => {
    const from = rowRelation(row, parts)
    const to = parts.relations.get(parts.types.base(row.returns).relation)
    if (from === undefined || to === undefined || !parts.schemas.includes(row.schema)) return []
    const toOne = !row.set || row.rows === 1
    return [
      {
        kind: 'computed' as const,
        from: refTo(from),
        to: refTo(to),
        function: { schema: row.schema, name: row.name },
        toOne,
        isSelf: from === to,
        executableBy: parseExecutors(row.privileges),
      },
    ]
  })
}

/** The relation whose row is the only argument that a call has to give. */
function rowRelation(row: RoutineRow, { relations, types }: ComputedParts): Relation | undefined {
  const inputs = row.types.filter((_, index) => 'ib'.includes(row.modes?.[index] ?? 'i'))
  const isVariadic = row.modes?.includes('v') ?? false
  const [first] = inputs
  if (row.kind !== 'f' || first === undefined || isVariadic) return undefined
  return inputs.length - row.defaults <= 1 ? relations.get(types.row(first).relation) : undefined
}

/** One value that has a form in JSON: no set, no row of a relation, none of PostgreSQL's pseudo-types. */
function isValue(row: RoutineRow, { relations, types }: ComputedParts): boolean {
  const type = types.base(row.returns)
  return !row.set && type.kind !== 'p' && !relations.has(type.relation)
}

/** Place of a function's schema on the search path of those who see the relation; -1 when it is not there. */
function reachRank(schema: string, relation: Relation, { extraSearchPath }: ComputedParts): number {
  return [relation.schema, ...extraSearchPath].indexOf(schema)
}

function createField(row: RoutineRow, types: TypeCatalog): ComputedField {
  return {
    schema: row.schema,
    name: row.name,
    type: types.reference(row.returns),
    volatility: volatilityOf(row.volatility),
  }
}

function refTo({ schema, name }: Relation): RelationRef {
  return { schema, name }
}
