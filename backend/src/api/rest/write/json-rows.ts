import { InvalidBodyError } from '../errors.ts'
import { type RowSink, scanRows } from '../validation/scan-rows.ts'
import { INVALID_JSON, parseJson } from '../payload/json.ts'
import { unevenKeys } from '../payload/uneven-keys.ts'

/** What a JSON text is, as far as a statement depends on it. */
export interface JsonRows {
  /** The keys that every object has; none where there are none, or no objects. */
  readonly keys: readonly string[]
  readonly isArray: boolean
  /** A key came twice in an object: the last value counts. */
  readonly isRepeated: boolean
  /** The first object with a `\u0000` in it; -1 without one. */
  readonly nulRow: number
}

const HINT =
  'Name the keys in the query string, as in columns=id,name: an object without one of them then writes null, or with ' +
  "Prefer: missing=default the column's default."

/**
 * The keys of an object, or those that the objects of an array share. The values are left alone: PostgreSQL gets the
 * text and reads them itself; `sink` may look at them on the way. Throws PGRST102 for what is neither, and for objects with different
 * keys.
 */
export function readJsonRows(text: string, sink?: RowSink): JsonRows {
  const scanned = scanRows(text, sink)
  if (scanned === undefined || scanned.isUneven) return refuse(parseJson(text))
  const { keys, isArray, isRepeated, nulRow } = scanned
  return { keys, isArray, isRepeated, nulRow }
}

/** Once more, in words: what is wrong is rare. */
function refuse(value: unknown): never {
  if (Array.isArray(value)) throw unevenKeys(value, HINT)
  throw new InvalidBodyError(INVALID_JSON, {
    details: 'A body is an object, or an array of objects.',
  })
}
