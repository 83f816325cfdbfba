import {
  type Catalog,
  parseConstraint,
  type Term,
  type TypeRef,
} from '../../../query/catalog/index.ts'
import type { ValueOf } from './given.ts'
import { compiledOperand, type Operand, type OperandColumn } from './operand.ts'
import { comparisonOf } from './comparison.ts'

/**
 * A CHECK constraint of a row. PostgreSQL refuses the row where it is false; null passes; undefined: nobody knows.
 */
export type Check = (valueOf: ValueOf) => boolean | null | undefined

export interface CheckColumn {
  readonly name: string
  readonly type: TypeRef
  /** With what narrows it. */
  readonly formatted: string
  readonly deterministic: boolean
}

/** Undefined: the constraint says what only PostgreSQL understands. */
export function createCheck(
  expression: string,
  columns: Iterable<CheckColumn>,
  catalog: Catalog,
): Check | undefined {
  const term = parseConstraint(expression)
  if (term === undefined) return undefined
  const named = new Map<string, OperandColumn>()
  for (const { name, type, formatted, deterministic } of columns) {
    const base = catalog.types.get(type.baseOid)
    const definition = catalog.types.get(type.oid)
    if (base === undefined) continue
    const narrowed = type.kind === 'domain' ? (definition?.baseFormatted ?? formatted) : formatted
    named.set(name, { base, formatted: narrowed, deterministic })
  }
  return compiled(term, named)
}

type Columns = ReadonlyMap<string, OperandColumn>

function compiled(term: Term, columns: Columns): Check | undefined {
  switch (term.kind) {
    case 'and':
    case 'or':
      return junction(term, columns)
    case 'not': {
      const part = compiled(term.part, columns)
      return part && (valueOf => opposite(part(valueOf)))
    }
    case 'is-null':
      return nullTest(term, columns)
    case 'compare':
      return comparison(term, columns)
    default:
      return truthOf(compiledOperand(term, columns))
  }
}

/** One part that nobody understands leaves the others with something to say. */
function junction(
  { kind, parts }: Extract<Term, { kind: 'and' | 'or' }>,
  columns: Columns,
): Check | undefined {
  const checks = parts.map(part => compiled(part, columns))
  if (checks.every(check => check === undefined)) return undefined
  const decisive = kind === 'or'
  return valueOf => {
    let result: boolean | null | undefined = !decisive
    for (const check of checks) {
      const value = check?.(valueOf)
      if (value === decisive) return decisive
      if (value === undefined) result = undefined
      else if (value === null && result !== undefined) result = null
    }
    return result
  }
}

function opposite(value: boolean | null | undefined): boolean | null | undefined {
  return typeof value === 'boolean' ? !value : value
}

function nullTest(
  { part, isNegated }: Extract<Term, { kind: 'is-null' }>,
  columns: Columns,
): Check | undefined {
  const column = part.kind === 'cast' ? part.term : part
  if (column.kind !== 'column' || !columns.has(column.name)) return undefined
  return valueOf => {
    const value = valueOf(column.name)
    return value === undefined ? undefined : (value === null) !== isNegated
  }
}

function comparison(
  { operator, left, right, quantifier }: Extract<Term, { kind: 'compare' }>,
  columns: Columns,
): Check | undefined {
  const one = compiledOperand(left, columns)
  if (one === undefined) return undefined
  if (quantifier === undefined) return compare(one, operator, compiledOperand(right, columns))
  const list = right.kind === 'cast' && right.type.endsWith('[]') ? right.term : right
  if (list.kind !== 'list') return undefined
  const checks = list.items.map(item => compare(one, operator, compiledOperand(item, columns)))
  if (checks.includes(undefined)) return undefined
  const isAny = quantifier === 'any'
  return valueOf => {
    let result: boolean | null | undefined = !isAny
    for (const check of checks) {
      const value = check?.(valueOf)
      if (value === isAny) return isAny
      if (typeof value !== 'boolean') result = value
    }
    return result
  }
}

function compare(one: Operand, operator: string, other: Operand | undefined): Check | undefined {
  if (other === undefined) return undefined
  const test = comparisonOf(one, operator, other)
  if (test === undefined) return undefined
  return valueOf => {
    const left = one.of(valueOf)
    const right = other.of(valueOf)
    if (left === undefined || right === undefined) return undefined
    return left === null || right === null ? null : test(left, right)
  }
}

function truthOf(operand: Operand | undefined): Check | undefined {
  if (operand?.kind !== 'truth') return undefined
  return valueOf => {
    const value = operand.of(valueOf)
    return typeof value === 'boolean' ? value : value === null ? null : undefined
  }
}
