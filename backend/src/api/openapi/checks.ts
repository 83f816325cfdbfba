import { parseConstraint, type Term } from '../../query/catalog/index.ts'
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
  const parts = checks.flatMap(check => conjuncts(parseConstraint(check)))
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

function conjuncts(term: Term | undefined): readonly Term[] {
  if (term === undefined) return []
  return term.kind === 'and' ? term.parts.flatMap(conjuncts) : [term]
}

/** Casts are passed over: the one column that a constraint is about has the type that it has. */
function bare(term: Term): Term {
  return term.kind === 'cast' ? bare(term.term) : term
}

function literalOf(term: Term): string | undefined {
  const inner = bare(term)
  return inner.kind === 'text' || inner.kind === 'number' ? inner.text : undefined
}

function keywordOf(term: Term, kind: ValueKind): JsonObject {
  if (term.kind !== 'compare') return NOTHING
  const { operator, right, quantifier } = term
  const left = bare(term.left)
  if (quantifier !== undefined) {
    const isChoice = quantifier === 'any' && operator === '=' && left.kind === 'column'
    return isChoice ? choiceOf(bare(right), kind) : NOTHING
  }
  const text = literalOf(right)
  if (text === undefined) return NOTHING
  if (left.kind === 'column') {
    return kind === 'number' ? boundOf(operator, text) : patternOf(operator, text)
  }
  const isLength = kind === 'string' && isLengthOfValue(left)
  return isLength ? lengthOf(operator, Number(text)) : NOTHING
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
function choiceOf(list: Term, kind: ValueKind): JsonObject {
  if (list.kind !== 'list') return NOTHING
  const texts = list.items.map(literalOf)
  if (texts.includes(undefined)) return NOTHING
  const values = (texts as readonly string[]).map(text => (kind === 'number' ? Number(text) : text))
  return { enum: values }
}

/** Characters: `length`, `char_length` and `character_length` of text count code points, as JSON Schema does. */
function isLengthOfValue(term: Term): boolean {
  if (term.kind !== 'call') return false
  const [only, ...others] = term.arguments
  if (only === undefined || others.length > 0 || bare(only).kind !== 'column') return false
  return ['length', 'char_length', 'character_length'].includes(term.name)
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
