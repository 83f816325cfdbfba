import type { Catalog, Relation } from '../catalog/index.ts'
import { relationKey } from '../catalog/index.ts'
import type { Field, ReadPlan, Source, WritePlan } from './types.ts'
import { fieldsOf, fieldsOfCondition, nodesOf, relationsOf } from './walk.ts'

/**
 * Whether a read leaves nothing behind in its session: no setting, no advisory lock, no temporary table. Only a volatile
 * function could, so the computed fields, views and policies of the plan are looked through for one. False: nobody knows.
 *
 * Taken on trust: that functions are as volatile as they are declared, and policies of tables that are not in the catalog.
 */
export function leavesNoTrace(plan: ReadPlan, catalog: Catalog): boolean {
  for (const node of nodesOf(plan)) if (!isQuietNode(node, catalog)) return false
  return [...relationsOf(catalog, plan)].every(relation => isQuiet(relation, catalog))
}

/**
 * The same of a write. Only of one that changes or removes rows, for what fills in new ones is mostly a sequence, whose last value
 * stays in the session; and only where the table has no triggers, rules or cascades, behind which anything may be.
 */
export function writeLeavesNoTrace(plan: WritePlan, catalog: Catalog): boolean {
  const { action, relation, missing, columns, where, returning } = plan
  if (action !== 'update' && action !== 'delete') return false
  if (missing === 'default' || !relation.isPlainlyChanged || !isQuiet(relation, catalog))
    return false
  if (columns.some(({ column }) => catalog.representations.has(column.type.oid))) return false
  const tested = where === undefined ? [] : [...fieldsOfCondition(where)]
  const source: Source = { kind: 'written', relation }
  const areQuiet = tested.every(field => isQuietField(source, field, catalog))
  return areQuiet && (returning === undefined || leavesNoTrace(returning, catalog))
}

function isQuietNode(node: ReadPlan, catalog: Catalog): boolean {
  const { source, embeds } = node
  if (source.kind === 'call') return false
  if (embeds.some(({ relationship }) => relationship.kind === 'computed')) return false
  const fields = [...fieldsOf({ ...node, embeds: [] })]
  return fields.every(field => isQuietField(source, field, catalog))
}

function isQuietField(
  { relation }: Source,
  { column, computed }: Pick<Field, 'column' | 'computed'>,
  catalog: Catalog,
): boolean {
  if (column !== undefined) return !catalog.representations.has(column.type.oid)
  if (computed === undefined) return true
  if (relation === undefined) return false
  const fields = catalog.computedFields.get(relationKey(relation.schema, relation.name))
  return fields?.get(computed.name)?.volatility !== 'volatile'
}

/** What a view calls, directly or not, and what the policies of a table do. */
function isQuiet(relation: Relation, catalog: Catalog): boolean {
  const ofPolicies = relation.policies.flatMap(({ readsFunctions }) => readsFunctions)
  return [...relation.readsFunctions, ...ofPolicies].every(oid => {
    const called = catalog.functions.get(oid)
    return called !== undefined && called.volatility !== 'volatile'
  })
}
