import type { ConditionRequest, FilterRequest, LogicRequest } from '../../../query/plan/index.ts'
import { CLOSE, COMMA, DOT, OPEN, QUOTE } from './characters.ts'
import type { Draft } from './draft.ts'
import { FIELD_NAME, scanJsonPath, scanName } from './names.ts'
import { scanOperation } from './operation.ts'
import { Scanner } from './scanner.ts'
import { takeMemberValue } from './values.ts'

type LogicKind = LogicRequest['kind']

const CONDITION = `${FIELD_NAME}, negation operator (not) or logic operator (and, or)`

/** The value of `and=`, `or=`, `not.and=` and `not.or=`: `(age.lt.18,not.and(age.gte.21,name.eq."a,b"))`. */
export function parseLogic(
  kind: LogicKind,
  negated: boolean,
  value: string,
  draft: Draft,
): LogicRequest {
  const operator = negated ? `not.${kind}` : kind
  const scanner = new Scanner(operator + value, 'logic tree', value)
  scanner.position = operator.length
  const logic = scanGroup(scanner, draft, 1, kind, negated)
  while (scanner.take(CLOSE)) scanner.skipSpaces() // PostgREST ignores a parenthesis too many.
  scanner.expectEnd()
  draft.shape += scanner.shape()
  return logic
}

export function isLogicKind(word: string): word is LogicKind {
  return word === 'and' || word === 'or'
}

function scanGroup(
  scanner: Scanner,
  draft: Draft,
  depth: number,
  kind: LogicKind,
  negated: boolean,
): LogicRequest {
  draft.node(depth)
  const conditions: ConditionRequest[] = []
  scanner.skipSpaces()
  scanner.expect(OPEN, '"("')
  do {
    scanner.skipSpaces()
    conditions.push(scanCondition(scanner, draft, depth + 1))
    scanner.skipSpaces()
  } while (scanner.take(COMMA))
  scanner.expect(CLOSE, '"," or ")"')
  scanner.skipSpaces()
  return { kind, negated, conditions }
}

/** `and`, `or` and `not` are names of columns too, unless what follows makes them operators. */
function scanCondition(scanner: Scanner, draft: Draft, depth: number): ConditionRequest {
  const isQuoted = scanner.code() === QUOTE
  const name = scanName(scanner, CONDITION)
  if (isQuoted) return scanFilter(scanner, draft, depth, name)
  if (isLogicKind(name) && scanner.code() === OPEN) {
    return scanGroup(scanner, draft, depth, name, false)
  }
  const negatedKind = name === 'not' ? takeNegatedKind(scanner) : undefined
  if (negatedKind === undefined) return scanFilter(scanner, draft, depth, name)
  return scanGroup(scanner, draft, depth, negatedKind, true)
}

/** `.and(` or `.or(`, up to the parenthesis. */
function takeNegatedKind(scanner: Scanner): LogicKind | undefined {
  const start = scanner.position
  const word = scanner.take(DOT) ? scanner.takeWord() : ''
  scanner.skipSpaces()
  if (isLogicKind(word) && scanner.code() === OPEN) return word
  scanner.position = start
  return undefined
}

function scanFilter(scanner: Scanner, draft: Draft, depth: number, name: string): FilterRequest {
  draft.node(depth)
  const field = { name, path: scanJsonPath(scanner) }
  scanner.expect(DOT, '"->>", "->" or delimiter (.)')
  const { negated, test } = scanOperation(scanner, draft, takeMemberValue)
  return { kind: 'filter', field, negated, test }
}
