import type { Catalog, Relation } from '../catalog/index.ts'
import { relationKey } from '../catalog/index.ts'
import type { ReadPlan, Source } from './types.ts'
import { fieldsOf, nodesOf, relationsOf } from './walk.ts'

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

function isQuietNode(node: ReadPlan, catalog: Catalog): boolean {
  const { source, embeds } = node
  if (source.kind !== 'relation') return false
  if (embeds.some(({ relationship }) => relationship.kind === 'computed')) return false
  return [...fieldsOf({ ...node, embeds: [] })].every(({ column, computed }) => {
    if (column !== undefined) return !catalog.representations.has(column.type.oid)
    return computed === undefined || isQuietField(source, computed.name, catalog)
  })
}

function isQuietField({ relation }: Source, name: string, catalog: Catalog): boolean {
  if (relation === undefined) return false
  const fields = catalog.computedFields.get(relationKey(relation.schema, relation.name))
  return fields?.get(name)?.volatility !== 'volatile'
}

/** What a view calls, directly or not, and what the policies of a table do. */
function isQuiet(relation: Relation, catalog: Catalog): boolean {
  const ofPolicies = relation.policies.flatMap(({ readsFunctions }) => readsFunctions)
  return [...relation.readsFunctions, ...ofPolicies].every(oid => {
    const called = catalog.functions.get(oid)
    return called !== undefined && called.volatility !== 'volatile'
  })
}
