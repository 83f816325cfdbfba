import { compareDecimals, type Decimal } from './decimal.ts'
import type { Operand, Value } from './operand.ts'
import { likePattern, regularExpression } from './patterns.ts'

/** How two values that are not null compare; undefined: nobody knows, of these two. */
export type Comparison = (left: Value, right: Value) => boolean | undefined

const ORDERS: Readonly<Record<string, (order: number) => boolean>> = Object.freeze({
  '=': order => order === 0,
  '<>': order => order !== 0,
  '<': order => order < 0,
  '<=': order => order <= 0,
  '>': order => order > 0,
  '>=': order => order >= 0,
})

/** Undefined: nobody knows what the operator makes of two such operands. */
export function comparisonOf(
  left: Operand,
  operator: string,
  right: Operand,
): Comparison | undefined {
  if (operator === '~' || operator === '~~') {
    return left.kind === 'text' && right.kind === 'text' ? match(operator, right) : undefined
  }
  const holds = ORDERS[operator]
  if (holds === undefined || left.kind !== right.kind) return undefined
  switch (left.kind) {
    case 'decimal':
      return (one, other) => holds(compareDecimals(one as Decimal, other as Decimal))
    case 'float':
      return (one, other) => holds((one as number) - (other as number))
    default:
      return left.isExact && right.isExact ? sameness(operator) : undefined
  }
}

/** What is less than what depends on the collation, or on the order of the labels. */
function sameness(operator: string): Comparison | undefined {
  if (operator === '=') return (one, other) => one === other
  return operator === '<>' ? (one, other) => one !== other : undefined
}

function match(operator: '~' | '~~', { constant }: Operand): Comparison | undefined {
  if (typeof constant !== 'string') return undefined
  const test = operator === '~' ? regularExpression(constant) : likePattern(constant)
  return test && (one => (typeof one === 'string' ? test(one) : undefined))
}
