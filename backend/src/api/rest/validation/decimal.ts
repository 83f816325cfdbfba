/** A number as it is written, exactly: `digits` tenths, hundredths … as `scale` says. */
export interface Decimal {
  /** A `number` where it is a safe integer: nearly always, and several times as quick. */
  readonly digits: number | bigint
  /** Digits behind the point; never negative. */
  readonly scale: number
}

const DECIMAL = /^[\t-\r ]*([+-]?)(\d+)?(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?[\t-\r ]*$/
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent)
/** Beyond it nobody compares in earnest, and nobody should make a server do it. */
const PLACES_MAX = 400

/** Undefined: it is no plain decimal number, or a very long one. */
export function decimalOf(text: string): Decimal | undefined {
  const usual = text.length <= USUAL_LENGTH ? usualDecimal(text) : undefined
  return usual ?? anyDecimal(text)
}

/** So many digits are a safe integer. */
const USUAL_LENGTH = 15
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30

/** Digits and a point, as nearly everybody writes it; undefined: it may be written in another way. */
function usualDecimal(text: string): Decimal | undefined {
  const start = text.charCodeAt(0) === MINUS ? 1 : 0
  const end = text.length
  let digits = 0
  let point = -1
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    const digit = code - ZERO
    if (digit >= 0 && digit <= 9) digits = digits * 10 + digit
    else if (code === POINT && point < 0 && at > start) point = at
    else return undefined
  }
  if (end === start) return undefined
  return { digits: start === 1 ? -digits : digits, scale: point < 0 ? 0 : end - point - 1 }
}

function anyDecimal(text: string): Decimal | undefined {
  if (text.length > PLACES_MAX) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? []
  if (sign === undefined || whole + fraction === '') return undefined
  const shift = fraction.length - Number(exponent)
  if (Math.abs(shift) > PLACES_MAX) return undefined
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n)
  return shift >= 0
    ? { digits, scale: shift }
    : { digits: digits * 10n ** BigInt(-shift), scale: 0 }
}

/** Below zero, zero or above, as the first is less than, equal to or more than the second. */
export function compareDecimals(one: Decimal, other: Decimal): number {
  const scale = Math.max(one.scale, other.scale)
  if (typeof one.digits === 'number' && typeof other.digits === 'number') {
    const left = one.digits * power(scale - one.scale)
    const right = other.digits * power(scale - other.scale)
    if (isExact(left) && isExact(right)) return left - right
  }
  const difference = scaled(one, scale) - scaled(other, scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Of ten. */
function power(exponent: number): number {
  return POWERS[exponent] ?? 10 ** exponent
}

/** A product of whole numbers, if it is as small as this. */
function isExact(product: number): boolean {
  return Math.abs(product) <= Number.MAX_SAFE_INTEGER
}

/** To so many digits behind the point, half away from zero, as `numeric(p,s)` does. */
export function rounded(value: Decimal, scale: number): Decimal {
  if (value.scale <= scale) return value
  return { digits: roundedBy(value.digits, value.scale - scale), scale }
}

/** Without so many of its last digits. */
function roundedBy(digits: number | bigint, places: number): number | bigint {
  if (typeof digits === 'number' && places <= USUAL_LENGTH) {
    const unit = power(places)
    const raised = digits + (digits < 0 ? -unit / 2 : unit / 2)
    return (raised - (raised % unit)) / unit
  }
  const whole = BigInt(digits)
  const unit = 10n ** BigInt(places)
  const half = whole < 0n ? -unit / 2n : unit / 2n
  return (whole + half) / unit
}

/** Whether it has more digits before the point than these. */
export function exceeds({ digits, scale }: Decimal, places: number): boolean {
  if (typeof digits === 'number') return Math.abs(digits) >= power(places + scale)
  const limit = 10n ** BigInt(places + scale)
  return digits >= limit || digits <= -limit
}

function scaled({ digits, scale }: Decimal, to: number): bigint {
  return BigInt(digits) * 10n ** BigInt(to - scale)
}
