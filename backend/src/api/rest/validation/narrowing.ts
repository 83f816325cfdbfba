import { decimalOf, exceeds, rounded } from './decimal.ts'
import type { Refusal } from './fault.ts'
import { type Input, UNSURE } from './input.ts'

/** `varchar(n)` and `char(n)`: spaces beyond n are cut off rather than refused. `type` as messages call it. */
export function length(type: string, max: number): Input {
  const refusal: Refusal = {
    code: '22001',
    message: `value too long for type ${type}`,
    rule: 'length',
    hint: `Send at most ${max} characters.`,
  }
  return text => (text.length > max && lengthWithoutSpaces(text) > max ? refusal : undefined)
}

/** Of `text` as PostgreSQL counts: code points. */
export function countCharacters(text: string): number {
  let count = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0xdc00 || code > 0xdfff) count++
  }
  return count
}

/** Only spaces are cut off, and no other white space. */
function lengthWithoutSpaces(text: string): number {
  let end = text.length
  while (text.charCodeAt(end - 1) === 0x20) end--
  return countCharacters(text.slice(0, end))
}

/** `numeric(p,s)`: rounded to s digits it has at most p - s before the point. */
export function precision(digits: number, scale: number): Input | undefined {
  if (scale < 0 || scale > digits) return undefined // Rare, and told in other words.
  const places = digits - scale
  const limit = places === 0 ? '1' : `10^${places}`
  const refusal: Refusal = {
    code: '22003',
    message: 'numeric field overflow',
    details: `A field with precision ${digits}, scale ${scale} must round to an absolute value less than ${limit}.`,
    rule: 'range',
    hint: `Send a number with at most ${places} digits before the point.`,
  }
  return text => {
    const value = decimalOf(text)
    if (value === undefined) return UNSURE
    return exceeds(rounded(value, scale), places) ? refusal : undefined
  }
}
