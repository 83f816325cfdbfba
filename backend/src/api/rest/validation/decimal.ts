/** A number as it is written, exactly: `digits` tenths, hundredths … as `scale` says. */
export interface Decimal {
  readonly digits: bigint
  /** Digits behind the point; never negative. */
  readonly scale: number
}

const DECIMAL = /^[\t-\r ]*([+-]?)(\d+)?(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?[\t-\r ]*$/
/** Beyond it nobody compares in earnest, and nobody should make a server do it. */
const PLACES_MAX = 400

/** Undefined: it is no plain decimal number, or a very long one. */
export function decimalOf(text: string): Decimal | undefined {
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
  const difference = scaled(one, scale) - scaled(other, scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** To so many digits behind the point, half away from zero, as `numeric(p,s)` does. */
export function rounded(value: Decimal, scale: number): Decimal {
  if (value.scale <= scale) return value
  const unit = 10n ** BigInt(value.scale - scale)
  const half = value.digits < 0n ? -unit / 2n : unit / 2n
  return { digits: (value.digits + half) / unit, scale }
}

/** Whether it has more digits before the point than these. */
export function exceeds(value: Decimal, places: number): boolean {
  const limit = 10n ** BigInt(places + value.scale)
  return value.digits >= limit || value.digits <= -limit
}

function scaled({ digits, scale }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - scale)
}
