import { InvalidBodyError } from '../errors.ts'
import { parseJson } from '../write/json-rows.ts'

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
  checkDepth(text)
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

const QUOTE = 0x22
const BACKSLASH = 0x5c

function checkDepth(text: string): void {
  if (text.length <= DEPTH_MAX) return
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) index = endOfString(text, index)
    else if (isOpening(code) && ++depth > DEPTH_MAX) {
      throw new InvalidBodyError(`The JSON is nested deeper than ${DEPTH_MAX} levels`)
    } else if (isClosing(code)) depth--
  }
}

/** Where the string ends that begins here; behind the text if it does not. */
function endOfString(text: string, start: number): number {
  let end = start
  do {
    end = text.indexOf('"', end + 1)
    if (end < 0) return text.length
  } while (isEscaped(text, end))
  return end
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(index - 1 - backslashes) === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}

/** `[` and `{`, `]` and `}`: one bit apart. */
function isOpening(code: number): boolean {
  return (code | 0x20) === 0x7b
}

function isClosing(code: number): boolean {
  return (code | 0x20) === 0x7d
}
