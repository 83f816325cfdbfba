import { breakingIf, type Change, type Direction, type Place } from './change.ts'
import type { Part } from './document.ts'

/** Formats of whole numbers, each within the next. */
const INTEGERS = ['int16', 'int32', 'int64']
/** Formats that generators turn into types of their own. Others are a word of the database's. */
const TYPED = new Set([
  ...[...INTEGERS, 'float', 'double', 'byte', 'binary'],
  ...[
    'date',
    'date-time',
    'date-time-local',
    'time',
    'time-local',
    'duration',
    'uuid',
    'email',
    'uri',
  ],
])

/** A changed `format`. Generated clients read a date otherwise than a text, so they notice. */
export function compareFormats(
  older: Part,
  newer: Part,
  direction: Direction,
  place: Place,
): readonly Change[] {
  const before = formatOf(older)
  const after = formatOf(newer)
  if (before === after) return []
  const message = `its format was ${before ?? 'open'} and is ${after ?? 'open'}`
  return [breakingIf(isFormatBreaking(before, after, direction), place, message)]
}

function isFormatBreaking(
  before: string | undefined,
  after: string | undefined,
  direction: Direction,
): boolean {
  if (!isTyped(before) && !isTyped(after)) return false
  if (before === undefined) return direction === 'request'
  if (after === undefined) return direction === 'response'
  const [was, is] = [INTEGERS.indexOf(before), INTEGERS.indexOf(after)]
  if (was < 0 || is < 0) return true
  return direction === 'request' ? is < was : is > was
}

function formatOf({ format }: Part): string | undefined {
  return typeof format === 'string' ? format : undefined
}

function isTyped(format: string | undefined): boolean {
  return format !== undefined && TYPED.has(format)
}

/** Keywords that bound a value, and whether a greater number lets more through. */
const BOUNDS: Readonly<Record<string, boolean>> = {
  maxLength: true,
  maximum: true,
  exclusiveMaximum: true,
  maxItems: true,
  minLength: false,
  minimum: false,
  exclusiveMinimum: false,
  minItems: false,
}

/** Bounds and patterns. They are checked in what is sent; in an answer a changed one is only worth knowing. */
export function compareLimits(
  older: Part,
  newer: Part,
  direction: Direction,
  place: Place,
): readonly Change[] {
  const isSent = direction === 'request'
  const bounds = Object.entries(BOUNDS).flatMap(([keyword, isUpper]) => {
    const [before, after] = [older[keyword], newer[keyword]]
    if (before === after) return []
    const isTighter = isTightened(before, after, isUpper)
    return [breakingIf(isSent && isTighter, place, `its ${keyword} ${change(before, after)}`)]
  })
  const patterns = ['pattern', 'multipleOf'].flatMap(keyword => {
    const [before, after] = [older[keyword], newer[keyword]]
    if (before === after) return []
    const isTighter = after !== undefined
    return [breakingIf(isSent && isTighter, place, `its ${keyword} ${change(before, after)}`)]
  })
  return [...bounds, ...patterns]
}

function isTightened(before: unknown, after: unknown, isUpper: boolean): boolean {
  if (typeof after !== 'number') return false
  if (typeof before !== 'number') return true
  return isUpper ? after < before : after > before
}

function change(before: unknown, after: unknown): string {
  return `was ${shown(before)} and is ${shown(after)}`
}

function shown(bound: unknown): string {
  return bound === undefined ? 'open' : JSON.stringify(bound)
}
