import { STierError } from '../../../base/index.ts'
import type { ConditionRequest, SelectRequest } from '../../../query/plan/index.ts'
import type { ParsedQuery } from '../parse/index.ts'
import type { ValidationRules } from './options.ts'

/** A query string asks for more at once than is allowed. */
export class QueryLimitError extends STierError {
  readonly code = 'ST425'
  readonly status = 400
  readonly rule: 'filters' | 'embeds'

  constructor(what: 'filters' | 'embeds', max: number) {
    super(`The query has more than ${max} ${what}`, {
      hint: `Ask in several requests, or raise validation.${what}Max.`,
    })
    this.rule = what
  }
}

/** Throws ST425 for a query with more filters or embeds than the rules allow. */
export function checkQuery({ read }: ParsedQuery, rules: ValidationRules): void {
  const counts = { filters: 0, embeds: 0 }
  count(read.select, read.where, counts)
  if (counts.filters > rules.filtersMax) throw new QueryLimitError('filters', rules.filtersMax)
  if (counts.embeds > rules.embedsMax) throw new QueryLimitError('embeds', rules.embedsMax)
}

/** The parser has seen to it that nothing is nested deep. */
function count(
  select: readonly SelectRequest[],
  where: readonly ConditionRequest[],
  counts: { filters: number; embeds: number },
): void {
  for (const condition of where) counts.filters += filtersIn(condition)
  for (const item of select) {
    if (item.kind !== 'embed') continue
    counts.embeds++
    count(item.select, item.where, counts)
  }
}

function filtersIn(condition: ConditionRequest): number {
  if (condition.kind === 'filter') return 1
  return condition.conditions.reduce((sum, inner) => sum + filtersIn(inner), 0)
}
