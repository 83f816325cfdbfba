import { InvalidBodyError } from '../errors.ts'
import { parseJson } from '../payload/json.ts'
import { isNestedBeyond } from '../payload/nesting.ts'

/** What a JSON body has for arguments; its text goes to PostgreSQL as it came. */
export interface JsonBody {
  /** The object stands in an array, whose further objects have the same keys. */
  readonly isArray: boolean
  /** Undefined: a value without keys, for a function that takes any JSON. */
  readonly names: readonly string[] | undefined
}

/** Levels of arrays and objects; PostgreSQL's own limit is somewhat above. */
const DEPTH_MAX = 5_000

const NO_NAMES: readonly string[] = Object.freeze([])

/** Throws PGRST102 for what is no JSON, and for what is nested deeper than PostgreSQL could read. */
export function readJsonBody(text: string): JsonBody {
  if (isNestedBeyond(text, DEPTH_MAX)) {
    throw new InvalidBodyError(`The JSON is nested deeper than ${DEPTH_MAX} levels`)
  }
  const value = parseJson(text)
  if (!Array.isArray(value)) return { isArray: false, names: keysOf(value) }
  const [first, ...others] = value as readonly unknown[]
  if (first === undefined) return { isArray: true, names: NO_NAMES }
  const names = keysOf(first)
  const isEven = names !== undefined && others.every(other => hasKeys(other, names))
  return { isArray: true, names: isEven ? names : undefined }
}

function keysOf(value: unknown): readonly string[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.keys(value)
}

function hasKeys(value: unknown, names: readonly string[]): boolean {
  const keys = keysOf(value)
  return keys?.length === names.length && names.every(name => Object.hasOwn(value as object, name))
}
