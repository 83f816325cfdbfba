import type { Kind } from './kinds.ts'

/** Below 0, 0 or above 0; `other` where the values are different and no order is known; undefined: nothing is known. */
export type Order = number | 'other' | undefined

/** A value in a form that `compare` understands; undefined: not in a form that means the same everywhere. */
export type Comparable = string | number | bigint | Decimal

/** Digits without leading zeros before the point and trailing ones behind it. */
export interface Decimal {
  readonly isNegative: boolean
  readonly whole: string
  readonly fraction: string
}

/** Reads a value as a parameter has it, or as a row of a change. What other settings would read otherwise is refused. */
export function comparable(kind: Kind, text: string): Comparable | undefined {
  switch (kind) {
    case 'integer':
      return integerOf(text)
    case 'numeric':
      return decimalOf(text)
    case 'boolean':
      return booleanOf(text)
    case 'uuid':
      return uuidOf(text)
    // What could not be decoded was something else.
    case 'text':
    case 'enum':
      return text.includes('\uFFFD') ? undefined : text
    case 'date':
      return dateOf(text)
    case 'timestamp':
      return timeOf(text, false)
    case 'timestamptz':
      return timeOf(text, true)
  }
}

/** Both of one kind. */
export function compare(kind: Kind, one: Comparable, other: Comparable): Order {
  if (kind === 'text' || kind === 'enum') return one === other ? 0 : 'other'
  if (typeof one === 'object' && typeof other === 'object') return compareDecimals(one, other)
  return one < other ? -1 : one > other ? 1 : 0
}

const BLANKS = /^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g
/** So many digits are exact in a number. */
const DIGITS_EXACT = 15

const INTEGER = /^[+-]?\d+$/

function integerOf(text: string): number | bigint | undefined {
  const trimmed = INTEGER.test(text) ? text : text.replace(BLANKS, '')
  if (!INTEGER.test(trimmed)) return undefined
  const value = trimmed.length > DIGITS_EXACT ? BigInt(trimmed.replace('+', '')) : Number(trimmed)
  return value === 0 ? 0 : value
}

function decimalOf(text: string): Decimal | undefined {
  const [, sign, whole = '', fraction = ''] =
    /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text.replace(BLANKS, '')) ?? []
  if (sign === undefined || whole + fraction === '') return undefined
  const digits = { whole: whole.replace(/^0+/, ''), fraction: fraction.replace(/0+$/, '') }
  return { isNegative: sign === '-' && digits.whole + digits.fraction !== '', ...digits }
}

function compareDecimals(one: Decimal, other: Decimal): number {
  if (one.isNegative !== other.isNegative) return one.isNegative ? -1 : 1
  const size =
    one.whole.length - other.whole.length ||
    compareText(one.whole, other.whole) ||
    compareText(one.fraction, other.fraction)
  return one.isNegative ? -size : size
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

const BOOLEANS: ReadonlyMap<string, number> = new Map([
  ...['true', 'tru', 'tr', 't', 'yes', 'ye', 'y', 'on', '1'].map(word => [word, 1] as const),
  ...['false', 'fals', 'fal', 'fa', 'f', 'no', 'n', 'off', 'of', '0'].map(
    word => [word, 0] as const,
  ),
])

function booleanOf(text: string): number | undefined {
  return BOOLEANS.get(text.replace(BLANKS, '').toLowerCase())
}

const UUID = /^\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i

function uuidOf(text: string): string | undefined {
  const groups = UUID.exec(text)
  return groups?.slice(1).join('-').toLowerCase()
}

const DATE = /^(\d{4,6})-(\d\d)-(\d\d)$/

function dateOf(text: string): number | undefined {
  const infinite = infinityOf(text)
  if (infinite !== undefined) return infinite
  const [, year, month, day] = DATE.exec(text) ?? []
  return dayNumber(year, month, day)
}

function infinityOf(text: string): number | undefined {
  if (text === 'infinity') return Number.POSITIVE_INFINITY
  return text === '-infinity' ? Number.NEGATIVE_INFINITY : undefined
}

/** Days since 1970; undefined for a day that there is none of. */
function dayNumber(year = '', month = '', day = ''): number | undefined {
  // From year 100 on: before, `Date.UTC` takes the number for a year of the twentieth century.
  const time =
    Number(year) < 100 ? Number.NaN : Date.UTC(Number(year), Number(month) - 1, Number(day))
  if (Number.isNaN(time) || Number(day) < 1) return undefined
  const isOfMonth = Number(day) < 29 || new Date(time).getUTCDate() === Number(day)
  const isOfYear = Number(month) >= 1 && Number(month) <= 12
  return isOfMonth && isOfYear ? time / DAY_MS : undefined
}

const DAY_MS = 86_400_000
const DAY_SECONDS = 86_400
const MICROSECONDS = 1_000_000

const TIME =
  /^(\d{4,6}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d(?::\d\d)?)?)?$/

/** Microseconds since 1970. With a zone it has to say its offset, for otherwise the session's zone would count. */
function timeOf(text: string, hasZone: boolean): number | undefined {
  const infinite = infinityOf(text)
  if (infinite !== undefined) return infinite
  const [, date = '', hours, minutes, seconds, fraction = '', zone] = TIME.exec(text) ?? []
  const day = dateOf(date)
  const ofDay = secondsOf(hours, minutes, seconds)
  const offset = zone === undefined ? 0 : offsetOf(zone)
  if (day === undefined || ofDay === undefined || offset === undefined) return undefined
  if ((zone !== undefined) !== hasZone) return undefined
  const whole = (day * DAY_SECONDS + ofDay - offset) * MICROSECONDS
  const micros = whole + Number(fraction.padEnd(6, '0'))
  return Number.isSafeInteger(micros) ? micros : undefined
}

/** Seconds since midnight. 24:00 and 23:59:60 are other days. */
function secondsOf(hours = '0', minutes = '0', seconds = '0'): number | undefined {
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  return (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)
}

/** Seconds east of UTC. PostgreSQL takes no more than 15 hours and 59 minutes. */
function offsetOf(zone: string): number | undefined {
  if (zone === 'Z') return 0
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number)
  if (hours > 15 || minutes > 59) return undefined
  const seconds = (hours * 60 + minutes) * 60
  return zone.startsWith('-') ? -seconds : seconds
}
