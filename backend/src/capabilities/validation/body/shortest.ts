import type { BodyRules } from './options.ts'

/** What only the text itself can tell. */
export const UNSURE = -1
/** Up to here a whole number has fewer digits than a double keeps. */
const SURE_MAX = 1e15
const DECIMALS_MAX = 12
/** Smaller ones could be shorter with an exponent, and so could multiples of this. */
const PLAIN_MIN = 0.01
const ROUND = 1_000
/** Of a character of JavaScript, as UTF-8. */
const CHARACTER_BYTES_MAX = 3

/**
 * Walks over a value that was read from JSON. That costs a fifth of reading the text once more, and what cannot be seen in the value
 * shows in the number of characters: a member that came twice makes the text longer than its value needs, and so does a digit too
 * many.
 */
export class ShortestText {
  /** Since the last `lengthOf`: a number came by that is shorter with an exponent, as in 1e3. */
  mayBeShorter = false
  private values = 0
  private mayBeLong = true
  private readonly depthMax: number
  private readonly keysMax: number
  private readonly itemsMax: number
  private readonly valuesMax: number
  private readonly stringBytesMax: number
  private readonly shortMax: number
  private readonly refusesPollution: boolean

  constructor(rules: BodyRules) {
    this.depthMax = rules.depthMax
    this.keysMax = rules.keysMax
    this.itemsMax = rules.itemsMax
    this.valuesMax = rules.valuesMax
    this.stringBytesMax = rules.stringBytesMax
    this.shortMax = rules.stringBytesMax / CHARACTER_BYTES_MAX
    this.refusesPollution = rules.pollutingKeys === 'refuse'
  }

  /**
   * How many characters the shortest JSON of this value has, without exponents and with escapes counted as one. `UNSURE` for a value
   * that breaks a rule, and for a number that has more digits than are certain. `bytesMax`: of the text; no string in it takes more.
   */
  lengthOf(value: unknown, bytesMax: number): number {
    this.mayBeLong = bytesMax > this.stringBytesMax
    this.values = 0
    this.mayBeShorter = false
    return this.length(value, 0)
  }

  private length(value: unknown, depth: number): number {
    switch (typeof value) {
      case 'string':
        return this.isTooLong(value) ? UNSURE : value.length + 2
      case 'number':
        return this.lengthOfNumber(value)
      case 'boolean':
        return value ? 4 : 5
      default:
    }
    if (value === null) return 4
    if (depth === this.depthMax) return UNSURE
    return Array.isArray(value)
      ? this.arrayLength(value, depth + 1)
      : this.objectLength(value as Readonly<Record<string, unknown>>, depth + 1)
  }

  private arrayLength(items: readonly unknown[], depth: number): number {
    const count = items.length
    if (count > this.itemsMax || !this.mayHave(count)) return UNSURE
    let sum = count === 0 ? 2 : count + 1 // Brackets and commas.
    for (let index = 0; index < count; index++) {
      const length = this.length(items[index], depth)
      if (length < 0) return UNSURE
      sum += length
    }
    return sum
  }

  private objectLength(object: Readonly<Record<string, unknown>>, depth: number): number {
    let count = 0
    let sum = 0
    for (const key in object) {
      const value = object[key]
      if (this.refusesPollution && isPolluting(key, value)) return UNSURE
      if (this.isTooLong(key)) return UNSURE
      const length = this.length(value, depth)
      if (length < 0) return UNSURE
      sum += key.length + length
      count++
    }
    if (count > this.keysMax || !this.mayHave(count)) return UNSURE
    return count === 0 ? 2 : sum + 1 + count * 4 // Quotes, colon and comma; braces.
  }

  private lengthOfNumber(number: number): number {
    const size = Math.abs(number)
    if (!(size < SURE_MAX)) return UNSURE
    const start = (number < 0 ? 1 : 0) + digitsOf(size)
    if (Number.isInteger(size)) {
      if (size % ROUND === 0 && size > 0) this.mayBeShorter = true
      return start
    }
    if (size < PLAIN_MIN) this.mayBeShorter = true
    const decimals = decimalsOf(size)
    return decimals === UNSURE ? UNSURE : start + 1 + decimals
  }

  private mayHave(count: number): boolean {
    this.values += count
    return this.values < this.valuesMax // And the outermost one.
  }

  private isTooLong(text: string): boolean {
    return (
      this.mayBeLong && text.length > this.shortMax && Buffer.byteLength(text) > this.stringBytesMax
    )
  }
}

function isPolluting(key: string, value: unknown): boolean {
  if (key === '__proto__') return true
  const isObject = key === 'constructor' && typeof value === 'object' && value !== null
  return isObject && Object.hasOwn(value, 'prototype')
}

/** Of the whole part. */
function digitsOf(size: number): number {
  let digits = 1
  for (let bound = 10; size >= bound; bound *= 10) digits++
  return digits
}

function decimalsOf(size: number): number {
  let power = 10
  for (let decimals = 1; decimals <= DECIMALS_MAX; decimals++) {
    const whole = Math.round(size * power)
    if (whole >= SURE_MAX) return UNSURE
    if (whole / power === size) return decimals
    power *= 10
  }
  return UNSURE
}
