import type { Parameter } from '../../../base/index.ts'
import {
  findOperator,
  type IsValue,
  type Operator,
  type TestRequest,
} from '../../../query/plan/index.ts'
import { CLOSE, COMMA, DOT, OPEN, SPACE } from './characters.ts'
import type { Draft } from './draft.ts'
import { scanIdentifier } from './names.ts'
import type { Scanner } from './scanner.ts'
import { scanList, type ValueReader } from './values.ts'

/** An operator with its value, perhaps negated. */
export interface Operation {
  readonly negated: boolean
  readonly test: TestRequest
}

const DELIMITER = 'delimiter (.)'
const HINT = 'A filter is an operator, a dot and a value, for instance eq.5.'

/** `eq.5`, `not.in.(1,2)`, `like(any).{a*,b*}`, `fts(french).amusant`, … */
export function scanOperation(scanner: Scanner, draft: Draft, takeValue: ValueReader): Operation {
  const negated = scanner.takeText('not.')
  const start = scanner.position
  const word = scanner.takeWord()
  const operator = findOperator(word)
  if (operator === undefined) {
    scanner.position = start
    scanner.fail(`${negated ? '' : '"not" or '}operator (eq, gt, ...)`, HINT)
  }
  return { negated, test: scanTest(scanner, draft, takeValue, word, operator) }
}

function scanTest(
  scanner: Scanner,
  draft: Draft,
  takeValue: ValueReader,
  word: string,
  operator: Operator,
): TestRequest {
  switch (operator.kind) {
    case 'compare': {
      const quantifier = operator.quantifiable ? scanQuantifier(scanner) : undefined
      const text = scanValue(scanner, takeValue)
      const value = draft.value(operator.value === 'pattern' ? text.replaceAll('*', '%') : text)
      return { kind: 'compare', operator: word, quantifier, value }
    }
    case 'in':
      return { kind: 'in', value: draft.value(scanValue(scanner, scanList)) }
    case 'is':
      return { kind: 'is', value: scanIsValue(scanner) }
    case 'isdistinct':
      return { kind: 'isdistinct', value: draft.value(scanValue(scanner, takeValue)) }
    case 'search': {
      const language = scanLanguage(scanner, draft)
      const value = draft.value(scanValue(scanner, takeValue))
      return { kind: 'search', operator: operator.name, language, value }
    }
  }
}

function scanValue(scanner: Scanner, takeValue: ValueReader): string {
  scanner.expect(DOT, DELIMITER)
  const start = scanner.position
  const value = takeValue(scanner)
  scanner.leaveOut(start)
  return value
}

function scanQuantifier(scanner: Scanner): 'any' | 'all' | undefined {
  if (!scanner.take(OPEN)) return undefined
  const quantifier = scanner.takeText('any') ? 'any' : scanner.takeText('all') ? 'all' : undefined
  if (quantifier === undefined) scanner.fail('"any" or "all"')
  scanner.expect(CLOSE, '")"')
  return quantifier
}

/** The text search configuration is a value: it has no part in the statement's text. */
function scanLanguage(scanner: Scanner, draft: Draft): Parameter | undefined {
  if (!scanner.take(OPEN)) return undefined
  const start = scanner.position
  const language = draft.value(scanIdentifier(scanner))
  scanner.leaveOut(start)
  scanner.expect(CLOSE, '")"')
  return language
}

/** In any case of letters. It is a key word of the statement, so it stays in the shape. */
function scanIsValue(scanner: Scanner): IsValue {
  scanner.expect(DOT, DELIMITER)
  const { text, position: start } = scanner
  let end = start
  while (end < text.length && !isKeyWordEnd(text.charCodeAt(end))) end++
  const value = text.slice(start, end).toLowerCase()
  if (!isIsValue(value)) scanner.fail('null, not_null, true, false or unknown')
  scanner.position = end
  return value
}

function isKeyWordEnd(code: number): boolean {
  return code === COMMA || code === CLOSE || code === SPACE
}

const IS_VALUES: ReadonlySet<string> = new Set<IsValue>([
  'null',
  'not_null',
  'true',
  'false',
  'unknown',
])

function isIsValue(text: string): text is IsValue {
  return IS_VALUES.has(text)
}
