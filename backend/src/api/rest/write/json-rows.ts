import { InvalidBodyError } from '../errors.ts'
import { INVALID_JSON, parseJson } from '../payload/json.ts'

/** What a JSON text is, as far as a statement depends on it. */
export interface JsonRows {
  /** The keys that every object has; none where there are none, or no objects. */
  readonly keys: readonly string[]
  readonly isArray: boolean
}

const NOT_UNIFORM = 'All object keys must match'

/**
 * The keys of an object, or those that the objects of an array share. The values are left alone: PostgreSQL gets the
 * text and reads them itself. Throws PGRST102 for what is neither, and for objects with different keys.
 */
export function readJsonRows(text: string): JsonRows {
  const value = parseJson(text)
  if (Array.isArray(value)) return { keys: commonKeys(value), isArray: true }
  if (isObject(value)) return { keys: Object.keys(value), isArray: false }
  throw new InvalidBodyError(INVALID_JSON, {
    details: 'A body is an object, or an array of objects.',
  })
}

function commonKeys(rows: readonly unknown[]): readonly string[] {
  const [first] = rows
  if (first === undefined) return []
  if (!isObject(first)) throw new InvalidBodyError(NOT_UNIFORM)
  const keys = Object.keys(first)
  for (const row of rows) {
    if (!isObject(row) || !hasSameKeys(row, keys)) throw new InvalidBodyError(NOT_UNIFORM)
  }
  return keys
}

/** In any order, though mostly it is the same. */
function hasSameKeys(row: object, keys: readonly string[]): boolean {
  const own = Object.keys(row)
  if (own.length !== keys.length) return false
  return own.every((key, index) => key === keys[index] || Object.hasOwn(row, keys[index] ?? ''))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
