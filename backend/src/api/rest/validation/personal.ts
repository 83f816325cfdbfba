import { option } from '../../../base/index.ts'
import type { Column, Relation } from '../../../query/catalog/index.ts'
import { nodesOf, type ReadPlan } from '../../../query/plan/index.ts'

/** Names of columns. */
export const PERSONAL_CHECK: option.Check<readonly string[]> = option.listOf(
  option.text({
    expects: 'the name of a column such as public.users.email',
    accepts: name => name.split('.').length >= 3,
  }),
)

const TAG = /(?:^|\s)@personal\b/

/** By plan, which is made anew with each catalog and configuration. */
const known = new WeakMap<ReadPlan, readonly string[]>()

/**
 * The columns with data about persons that are shown in what a plan answers, as `schema.table.column`: those that are named, and those whose
 * comment says `@personal`. Whatever a function or a view makes of them goes by its own columns.
 */
export function personalIn(plan: ReadPlan, named: readonly string[]): readonly string[] {
  const before = known.get(plan)
  if (before !== undefined) return before
  const names = new Set(named)
  const found = [...new Set([...nodesOf(plan)].flatMap(node => personalOf(node, names)))]
  known.set(plan, found)
  return found
}

function personalOf({ source, select }: ReadPlan, named: ReadonlySet<string>): readonly string[] {
  const { relation } = source
  if (relation === undefined) return []
  return select.flatMap(item => {
    if (item.kind === 'count') return []
    if (item.kind === 'star') return columnsIn(relation, [...relation.columns.values()], named)
    const { column } = item.field
    const isCounted = item.aggregate?.name === 'count'
    return column === undefined || isCounted ? [] : columnsIn(relation, [column], named)
  })
}

function columnsIn(
  { schema, name }: Relation,
  columns: readonly Column[],
  named: ReadonlySet<string>,
): readonly string[] {
  return columns.flatMap(column => {
    const whole = `${schema}.${name}.${column.name}`
    return named.has(whole) || TAG.test(column.comment ?? '') ? [whole] : []
  })
}
