import { type Catalog, findRelation, type Relation } from '../catalog/index.ts'
import type { Condition, Embed, Field, ReadPlan } from './types.ts'

/** The node and every one below it, parents first. */
export function* nodesOf(plan: ReadPlan): Generator<ReadPlan> {
  yield plan
  for (const embed of plan.embeds) yield* nodesOf(embed.plan)
}

/**
 * Every relation whose rows the plan joins, junctions included. What views and functions read behind them is in the
 * catalog.
 */
export function relationsOf(catalog: Catalog, plan: ReadPlan): ReadonlySet<Relation> {
  const relations = [...nodesOf(plan)].flatMap(({ source, embeds }) => [
    source.relation,
    ...embeds.map(embed => junctionOf(catalog, embed)),
  ])
  return new Set(relations.filter(relation => relation !== undefined))
}

function junctionOf(catalog: Catalog, { relationship }: Embed): Relation | undefined {
  if (relationship.kind !== 'many-to-many') return undefined
  const { schema, name } = relationship.junction
  return findRelation(catalog, schema, name)
}

/** Every field that the plan reads: selected, filtered by and ordered by. */
export function* fieldsOf(plan: ReadPlan): Generator<Field> {
  for (const node of nodesOf(plan)) {
    for (const item of node.select) if (item.kind === 'field') yield item.field
    if (node.where !== undefined) yield* fieldsOfCondition(node.where)
    for (const order of node.order) yield order.field
  }
}

/** Every field that a condition tests. */
export function* fieldsOfCondition(condition: Condition): Generator<Field> {
  if (condition.kind === 'test') yield condition.field
  if (condition.kind !== 'and' && condition.kind !== 'or') return
  for (const inner of condition.conditions) yield* fieldsOfCondition(inner)
}
