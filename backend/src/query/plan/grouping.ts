import { NotGroupedError } from './errors.ts'
import { sourceName } from './planning.ts'
import type { FieldPath } from './request.ts'
import type { Embed, Field, Order, Selected, Source } from './types.ts'

/** Where a field is selected as it is, with no cast, aggregate or representation in between; -1: nowhere. */
export function placeOf(select: readonly Selected[], field: FieldPath): number {
  return select.findIndex(
    item =>
      item.kind === 'field' &&
      (item.cast ?? item.aggregate ?? item.representation) === undefined &&
      isSame(item.field, field),
  )
}

/**
 * Grouped rows have no order but by what they are grouped by, and 42803 says so before PostgreSQL does in names of the
 * statement. `select` and `embeds` are those of the grouped node.
 */
export function checkGrouped(
  source: Source,
  select: readonly Selected[],
  embeds: readonly Embed[],
  order: readonly Order[],
): void {
  for (const { embed: id, field } of order) {
    const embed = embeds.find(one => one.id === id)
    const isKnown =
      embed === undefined
        ? isDetermined(source, select, field)
        : embed.spread && placeOf(embed.plan.select, field) >= 0
    if (!isKnown) throw new NotGroupedError(sourceName(embed?.plan.source ?? source), field.name)
  }
}

/** The field itself or the column that it looks into; or all of the primary key, which tells everything of a table's row. */
function isDetermined(source: Source, select: readonly Selected[], field: Field): boolean {
  if (placeOf(select, field) >= 0) return true
  const isGroupedBy = (name: string) => placeOf(select, { name, path: [] }) >= 0
  if (isGroupedBy(field.name)) return true
  const key = keyOfRows(source)
  return key.length > 0 && key.every(isGroupedBy)
}

/** The columns that PostgreSQL knows to tell the others: a table's primary key. A view has none to it. */
function keyOfRows({ kind, relation }: Source): readonly string[] {
  const isTable = relation?.kind === 'table' || relation?.kind === 'partitioned-table'
  return kind === 'relation' && isTable ? relation.primaryKey : []
}

function isSame(one: FieldPath, other: FieldPath): boolean {
  if (one.name !== other.name || one.path.length !== other.path.length) return false
  return one.path.every(({ arrow, key }, index) => {
    const step = other.path[index]
    return step?.arrow === arrow && step.key === key
  })
}
