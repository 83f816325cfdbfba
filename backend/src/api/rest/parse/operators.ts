import { findOperator, type Operator } from '../../../query/plan/index.ts'

/** The value begins with an operator: so PostgREST tells a filter from an argument in a call by GET. */
export function hasOperator(value: string): boolean {
  const start = value.startsWith('not.') ? 4 : 0
  const dot = value.indexOf('.', start)
  if (dot < 0) return false
  const head = value.slice(start, dot)
  const open = head.indexOf('(')
  if (open < 0) return findOperator(head) !== undefined
  const operator = findOperator(head.slice(0, open))
  return operator !== undefined && takesModifier(operator, head.slice(open))
}

function takesModifier(operator: Operator, modifier: string): boolean {
  if (operator.kind === 'search') return modifier.length > 2 && modifier.endsWith(')')
  const isQuantifier = modifier === '(any)' || modifier === '(all)'
  return operator.kind === 'compare' && operator.quantifiable && isQuantifier
}
