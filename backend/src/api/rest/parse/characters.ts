// Character codes that the grammar gives a meaning to.
export const TAB = 0x09
export const SPACE = 0x20
export const QUOTE = 0x22
export const OPEN = 0x28
export const CLOSE = 0x29
export const STAR = 0x2a
export const COMMA = 0x2c
export const DASH = 0x2d
export const DOT = 0x2e
export const COLON = 0x3a
export const BANG = 0x21
export const GREATER = 0x3e
export const BACKSLASH = 0x5c
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d

const NAME_CODES = codesOf('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$ ')
const JSON_KEY_ENDS = codesOf('(:.,>)')

/**
 * May stand in a name without quotes: letters of any script, digits, `_`, `$` and the space (outer ones are cut off).
 * A dash may too, unless it begins an arrow.
 */
export function isNameCode(code: number): boolean {
  return code > 0x7f || (code >= 0 && NAME_CODES[code] === 1)
}

/** Ends a JSON key without quotes, besides an arrow. */
export function isJsonKeyEnd(code: number): boolean {
  return JSON_KEY_ENDS[code] === 1
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** `a` to `z` and `_`: the letters of operators and key words. */
export function isWordCode(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || code === 0x5f
}

function codesOf(characters: string): Uint8Array {
  const table = new Uint8Array(128)
  for (let index = 0; index < characters.length; index++) table[characters.charCodeAt(index)] = 1
  return table
}
