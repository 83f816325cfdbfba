import type { Condition, Embed, ReadPlan } from '../plan/index.ts'
import { hasKeyWithin, isAtMostOne, mayBeMany } from './node.ts'

/** The plan has one row at most: a key of a table is asked for by equality, and no join makes more of its row. */
export function isSingle(plan: ReadPlan): boolean {
  const { source, where, aggregated, embeds } = plan
  if (aggregated || where === undefined || !embeds.every(isHarmless)) return false
  return hasKeyWithin(source, equalities(where))
}

/** No join with it can make two rows of one. */
function isHarmless(embed: Embed): boolean {
  return !embed.toOne || isAtMostOne(embed) || mayBeMany(embed)
}

/** Columns that can have one value only. */
function equalities(condition: Condition): readonly string[] {
  if (condition.kind === 'and' && !condition.negated)
    return condition.conditions.flatMap(equalities)
  if (condition.kind !== 'test' || condition.negated) return []
  const { field, test } = condition
  if (test.kind !== 'compare' || test.operator !== 'eq' || test.quantifier !== undefined) return []
  return field.column !== undefined && field.path.length === 0 ? [field.name] : []
}
