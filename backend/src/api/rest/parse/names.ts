import type { FieldPath, JsonStep } from '../../../query/plan/index.ts'
import { DASH, GREATER, isDigit, isJsonKeyEnd, isNameCode, QUOTE, SPACE } from './characters.ts'
import { takeQuoted } from './quoted.ts'
import type { Scanner } from './scanner.ts'

export const FIELD_NAME = 'field name (* or [a..z0..9_$])'
const JSON_KEY = '"-", digit or any non reserved character different from: .,>()'
const NO_STEPS: readonly JsonStep[] = Object.freeze([])

/** A column and the way into its JSON value: `name`, `"a name"`, `data->items->-1->>"a.b"`. */
export function scanField(scanner: Scanner): FieldPath {
  const name = scanName(scanner)
  return { name, path: scanJsonPath(scanner) }
}

/** A name, in double quotes when it holds characters of the grammar. Spaces around it are no part of it. */
export function scanName(scanner: Scanner, expected = FIELD_NAME): string {
  const { text, position: start } = scanner
  const first = scanner.code()
  if (first === QUOTE) return scanQuotedName(scanner, expected)
  if (first === DASH) scanner.fail(expected)
  let end = start
  while (end < text.length && (isNameCode(text.charCodeAt(end)) || isDash(text, end))) end++
  scanner.position = end
  const name = trimmed(text, start, end)
  if (name === '') scanner.fail(expected)
  return name
}

/** Most names have no spaces around them. */
function trimmed(text: string, start: number, end: number): string {
  const name = text.slice(start, end)
  const hasSpaces = text.charCodeAt(start) === SPACE || text.charCodeAt(end - 1) === SPACE
  return hasSpaces ? name.trim() : name
}

/** A type or a text search configuration: as a name, but without dashes and quotes. */
export function scanIdentifier(scanner: Scanner): string {
  const { text, position: start } = scanner
  while (isNameCode(scanner.code())) scanner.position++
  const name = text.slice(start, scanner.position).trim()
  if (name === '') scanner.fail('letter or digit')
  return name
}

/** `->key`, `->>key`, `->0`, `->-1`, as many as there are. */
export function scanJsonPath(scanner: Scanner): readonly JsonStep[] {
  if (scanner.code() !== DASH || !isArrow(scanner.text, scanner.position)) return NO_STEPS
  const steps: JsonStep[] = []
  while (scanner.takeText('->')) {
    const arrow = scanner.take(GREATER) ? '->>' : '->'
    steps.push(scanJsonStep(scanner, arrow))
  }
  return steps
}

function scanJsonStep(scanner: Scanner, arrow: JsonStep['arrow']): JsonStep {
  const { text, position: start } = scanner
  if (text.charCodeAt(start) === QUOTE) {
    return { arrow, key: scanQuotedName(scanner, JSON_KEY), isIndex: false }
  }
  let end = start
  while (end < text.length && !isJsonKeyEnd(text.charCodeAt(end)) && !isArrow(text, end)) end++
  const key = text.slice(start, end).trim()
  const isIndex = isArrayIndex(key)
  if (!isIndex && key.startsWith('-')) failNegativeIndex(scanner)
  scanner.position = end
  if (key === '') scanner.fail(JSON_KEY)
  return { arrow, key, isIndex }
}

function scanQuotedName(scanner: Scanner, expected: string): string {
  const start = scanner.position
  const name = takeQuoted(scanner)
  if (name === undefined) {
    scanner.position = scanner.text.length
    scanner.fail('"\\"" that ends the name')
  }
  if (name !== '') return name
  scanner.position = start
  scanner.fail(expected)
}

function isDash(text: string, index: number): boolean {
  return text.charCodeAt(index) === DASH && text.charCodeAt(index + 1) !== GREATER
}

function isArrow(text: string, index: number): boolean {
  return text.charCodeAt(index) === DASH && text.charCodeAt(index + 1) === GREATER
}

/** Digits that fit PostgreSQL's integer; what is longer can only be the key of an object. */
function isArrayIndex(key: string): boolean {
  const start = key.startsWith('-') ? 1 : 0
  if (key.length === start || key.length > start + 9) return false
  for (let index = start; index < key.length; index++) {
    if (!isDigit(key.charCodeAt(index))) return false
  }
  return true
}

/** A key that begins with a dash has to be a number: anything else needs quotes. */
function failNegativeIndex(scanner: Scanner): never {
  scanner.position++
  while (isDigit(scanner.code())) scanner.position++
  scanner.fail('digit')
}
