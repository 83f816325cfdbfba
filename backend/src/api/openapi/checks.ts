import { type Expression, parseCheck } from './check-expression.ts'
import type { JsonObject } from './json.ts'
import { ecmaPattern } from './pattern.ts'

/** What a value looks like in JSON, as far as constraints can speak of it. */
export type ValueKind = 'number' | 'string' | 'other'

/**
 * The CHECK constraints of a column or domain as keywords of JSON Schema. What they cannot say is left out: the schema
 * then allows more than the database does, never less.
 */
export function keywordsOf(checks: readonly string[], kind: ValueKind): JsonObject {
  if (checks.length === 0 || kind === 'other') return NOTHING
  const parts = checks.flatMap(check => conjuncts(parseCheck(check)))
  return Object.assign({}, ...parts.map(part => keywordOf(part, kind))) as JsonObject
}

/** The schema with keywords of constraints beside its own; one bound of a kind is enough. */
export function narrowed(schema: JsonObject, keywords: JsonObject): JsonObject {
  const { minimum, maximum, ...others } = schema
  return {
    ...others,
    ...(!('exclusiveMinimum' in keywords) && minimum !== undefined && { minimum }),
    ...(!('exclusiveMaximum' in keywords) && maximum !== undefined && { maximum }),
    ...keywords,
  }
}

const NOTHING: JsonObject = Object.freeze({})

function conjuncts(expression: Expression | undefined): readonly Expression[] {
  if (expression === undefined) return []
  return expression.kind === 'and' ? expression.parts.flatMap(conjuncts) : [expression]
}

function keywordOf(expression: Expression, kind: ValueKind): JsonObject {
  if (expression.kind !== 'compare') return NOTHING
  const { left, operator, right } = expression
  if (left.kind === 'value') {
    if (operator === '=' && right.kind === 'call') return choiceOf(right, kind)
    if (right.kind !== 'literal') return NOTHING
    return kind === 'number' ? boundOf(operator, right.text) : patternOf(operator, right.text)
  }
  const isLength = left.kind === 'call' && isLengthOfValue(left)
  return isLength && kind === 'string' && right.kind === 'literal'
    ? lengthOf(operator, Number(right.text))
    : NOTHING
}

const BOUNDS: Readonly<Record<string, string>> = Object.freeze({
  '>=': 'minimum',
  '>': 'exclusiveMinimum',
  '<=': 'maximum',
  '<': 'exclusiveMaximum',
})

function boundOf(operator: string, text: string): JsonObject {
  const keyword = BOUNDS[operator]
  const number = Number(text)
  return keyword !== undefined && Number.isFinite(number) ? { [keyword]: number } : NOTHING
}

function patternOf(operator: string, text: string): JsonObject {
  const pattern = operator === '~' ? ecmaPattern(text) : undefined
  return pattern === undefined ? NOTHING : { pattern }
}

/** `value = any (array['a', 'b'])`: how PostgreSQL prints `value in ('a', 'b')`. */
function choiceOf(call: Extract<Expression, { kind: 'call' }>, kind: ValueKind): JsonObject {
  const [list] = call.arguments
  if (call.name !== 'ANY' || list?.kind !== 'list') return NOTHING
  const texts = list.items.map(item => (item.kind === 'literal' ? item.text : undefined))
  if (texts.includes(undefined)) return NOTHING
  const values = (texts as readonly string[]).map(text => (kind === 'number' ? Number(text) : text))
  return { enum: values }
}

/** Characters: `length`, `char_length` and `character_length` of text count code points, as JSON Schema does. */
function isLengthOfValue({ name, arguments: given }: Extract<Expression, { kind: 'call' }>) {
  const [only] = given
  return (
    given.length === 1 &&
    only?.kind === 'value' &&
    ['length', 'char_length', 'character_length'].includes(name)
  )
}

function lengthOf(operator: string, count: number): JsonObject {
  if (!Number.isInteger(count) || count < 0) return NOTHING
  switch (operator) {
    case '>=':
      return { minLength: count }
    case '>':
      return { minLength: count + 1 }
    case '<=':
      return { maxLength: count }
    case '<':
      return { maxLength: Math.max(count - 1, 0) }
    case '=':
      return { minLength: count, maxLength: count }
    default:
      return NOTHING
  }
}
