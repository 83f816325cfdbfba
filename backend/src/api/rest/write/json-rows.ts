import { InvalidBodyError } from '../errors.ts'
import { INVALID_JSON, parseJson } from '../payload/json.ts'
import { isObject, unevenKeys } from '../payload/uneven-keys.ts'

/** What a JSON text is, as far as a statement depends on it. */
export interface JsonRows {
  /** The keys that every object has; none where there are none, or no objects. */
  readonly keys: readonly string[]
  readonly isArray: boolean
}

const HINT =
  'Name the keys in the query string, as in columns=id,name: an object without one of them then writes null, or with ' +
  "Prefer: missing=default the column's default."

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
  if (!isObject(first)) throw unevenKeys(rows, HINT)
  const keys = Object.keys(first)
  for (const row of rows) {
    if (!isObject(row) || !hasSameKeys(row, keys)) throw unevenKeys(rows, HINT)
  }
  return keys
}

/** In any order, though mostly it is the same. */
function hasSameKeys(row: object, keys: readonly string[]): boolean {
  const own = Object.keys(row)
  if (own.length !== keys.length) return false
  return own.every((key, index) => key === keys[index] || Object.hasOwn(row, keys[index] ?? ''))
}
