import type { Row } from '../../capabilities/events/index.ts'
import type { Column } from '../catalog/index.ts'
import type { Condition, IsValue, Test, Value } from '../plan/index.ts'
import { elementsOf } from './array-literal.ts'
import { type Kind, kindOf, showsNull } from './kinds.ts'
import { and, FALSE, MAYBE, not, NULL, or, type Truth, truthOf } from './truth.ts'
import { type Comparable, comparable, compare, type Order } from './values.ts'

/** A condition with its values in place. */
export type Predicate = (row: Row) => Truth

/** A condition that waits for its values; undefined where nothing can be told whatever they are. */
export type Judgement = (parameters: readonly (string | null)[]) => Predicate

/**
 * The condition as it can be told outside PostgreSQL, with the same verdict, or `MAYBE`. Undefined where it would always be
 * `MAYBE`: computed fields, steps into JSON, patterns, searches, embeds, and types whose order or equality is not plain.
 */
export function judgementOf(condition: Condition): Judgement | undefined {
  if (condition.kind === 'embed-null') return undefined
  if (condition.kind === 'test') return testOf(condition)
  const parts = condition.conditions.map(judgementOf)
  if (parts.every(part => part === undefined)) return undefined
  return treeOf(condition, parts)
}

const NOT_TOLD: Predicate = () => MAYBE

function treeOf(
  { kind, negated }: Extract<Condition, { kind: 'and' | 'or' }>,
  parts: readonly (Judgement | undefined)[],
): Judgement {
  return parameters => {
    const predicates = parts.map(part => part?.(parameters) ?? NOT_TOLD)
    const tree = folded(kind, predicates)
    return negated ? row => not(tree(row)) : tree
  }
}

/** `and` or `or` of all of them. */
export function folded(kind: 'and' | 'or', predicates: readonly Predicate[]): Predicate {
  const [first, ...others] = predicates
  if (first !== undefined && others.length === 0) return first
  const fold = kind === 'and' ? and : or
  const start = truthOf(kind === 'and')
  const decisive = not(start)
  return row => {
    let truth = start
    for (const predicate of predicates) {
      truth = fold(truth, predicate(row))
      if (truth === decisive) break
    }
    return truth
  }
}

function testOf({
  field,
  negated,
  test,
}: Extract<Condition, { kind: 'test' }>): Judgement | undefined {
  const { column, path } = field
  if (column === undefined || path.length > 0 || column.generated === 'virtual') return undefined
  const judge = test.kind === 'is' ? isOf(test.value, column) : judgeOf(test, kindOf(column))
  if (judge === undefined) return undefined
  return parameters => {
    const ofValue = judge(parameters)
    return row => {
      const value = row[column.name]
      // A column that the change says nothing about may be anything.
      const truth = value === undefined ? MAYBE : ofValue(value)
      return negated ? not(truth) : truth
    }
  }
}

type Verdict = (value: string | null) => Truth
type Judge = (parameters: readonly (string | null)[]) => Verdict

function judgeOf(test: Test, kind: Kind | undefined): Judge | undefined {
  if (kind === undefined || test.kind === 'is' || test.kind === 'search') return undefined
  if (test.value.representation !== undefined) return undefined
  switch (test.kind) {
    case 'in':
      return arrayOf(kind, test.value, 'eq', or)
    case 'isdistinct':
      return distinctOf(kind, test.value)
    case 'compare': {
      const { operator, quantifier, value } = test
      if (!isPlain(operator)) return undefined
      if (quantifier === undefined) return oneOf(kind, value, operator)
      return arrayOf(kind, value, operator, quantifier === 'any' ? or : and)
    }
  }
}

function isOf(value: IsValue, column: Column): Judge | undefined {
  const kind = kindOf(column)
  if (value === 'null' || value === 'not_null') {
    return showsNull(column) ? () => it => truthOf((it === null) === (value === 'null')) : undefined
  }
  if (kind !== 'boolean') return undefined
  if (value === 'unknown') return () => it => truthOf(it === null)
  const wanted = value === 'true' ? 1 : 0
  return () => it => {
    if (it === null) return FALSE
    const found = comparable('boolean', it)
    return found === undefined ? MAYBE : truthOf(found === wanted)
  }
}

const PLAIN = Object.freeze({
  eq: (order: number) => order === 0,
  neq: (order: number) => order !== 0,
  gt: (order: number) => order > 0,
  gte: (order: number) => order >= 0,
  lt: (order: number) => order < 0,
  lte: (order: number) => order <= 0,
})
type PlainOperator = keyof typeof PLAIN

function isPlain(operator: string): operator is PlainOperator {
  return Object.hasOwn(PLAIN, operator)
}

function oneOf(kind: Kind, value: Value, operator: PlainOperator): Judge {
  return parameters => comparison(kind, given(parameters, value), operator)
}

function given(parameters: readonly (string | null)[], { parameter }: Value): string | null {
  return parameters[parameter.index - 1] ?? null
}

/** `value operator wanted` */
function comparison(kind: Kind, wanted: string | null, operator: PlainOperator): Verdict {
  if (wanted === null) return () => NULL
  const right = comparable(kind, wanted)
  return value => {
    if (value === null) return NULL
    return verdict(operator, orderOf(kind, value, right))
  }
}

function orderOf(kind: Kind, value: string, right: Comparable | undefined): Order {
  const left = right === undefined ? undefined : comparable(kind, value)
  return left === undefined || right === undefined ? undefined : compare(kind, left, right)
}

function verdict(operator: PlainOperator, order: Order): Truth {
  if (order === undefined) return MAYBE
  if (operator === 'eq') return truthOf(order === 0)
  if (operator === 'neq') return truthOf(order !== 0)
  if (order === 'other') return MAYBE
  // Equal values have no order either where none is known.
  return truthOf(PLAIN[operator](order))
}

/** `value operator any|all (array)` */
function arrayOf(kind: Kind, value: Value, operator: PlainOperator, fold: typeof and): Judge {
  return parameters => {
    const literal = given(parameters, value)
    if (literal === null) return () => NULL
    const elements = elementsOf(literal)
    if (elements === undefined) return () => MAYBE
    const verdicts = elements.map(element => comparison(kind, element, operator))
    const start = truthOf(fold === and)
    return it => {
      if (verdicts.length === 0) return it === null ? MAYBE : start
      let truth = start
      for (const one of verdicts) truth = fold(truth, one(it))
      return truth
    }
  }
}

function distinctOf(kind: Kind, value: Value): Judge {
  return parameters => {
    const wanted = given(parameters, value)
    const differs = comparison(kind, wanted, 'neq')
    return it => (it === null || wanted === null ? truthOf(it !== wanted) : differs(it))
  }
}
