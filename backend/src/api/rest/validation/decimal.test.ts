import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { compareDecimals, type Decimal, decimalOf, exceeds, rounded } from './decimal.ts'

const LIMIT = 10n ** 20n
const number = fc
  .tuple(fc.bigInt(-LIMIT, LIMIT), fc.nat(15), fc.nat(9))
  .map(([digits, length, scale]) => written(digits % 10n ** BigInt(length), scale))

/** `-1234` with a scale of 2 is `-12.34`. */
function written(digits: bigint, scale: number): string {
  const [sign, whole] = digits < 0n ? ['-', -digits] : ['', digits]
  const text = String(whole).padStart(scale + 1, '0')
  const point = text.length - scale
  return scale === 0 ? sign + text : `${sign}${text.slice(0, point)}.${text.slice(point)}`
}

/** The same, in the way of which everything can be written. */
function large(text: string): Decimal {
  return decimalOf(` ${text.padEnd(20)}`) as Decimal
}

function same({ digits, scale }: Decimal) {
  return { digits: BigInt(digits), scale }
}

test(`a number that is short is the same as if it were long (seed ${seed})`, () => {
  fc.assert(
    fc.property(number, number, fc.nat(12), (one, other, scale) => {
      const short = decimalOf(one) as Decimal
      expect(same(short)).toEqual(same(large(one)))
      const order = compareDecimals(large(one), large(other))
      expect(Math.sign(compareDecimals(short, decimalOf(other) as Decimal))).toBe(order)
      expect(same(rounded(short, scale))).toEqual(same(rounded(large(one), scale)))
      expect(exceeds(short, scale)).toBe(exceeds(large(one), scale))
    }),
    { seed, numRuns: 1_000 },
  )
})

test.each(['', '-', '.', '-.', '1e', 'x', '1-', '1.2.3', '--1', '0x1'])('%j is none', text => {
  expect(decimalOf(text)).toBeUndefined()
})

test.each([
  ['.5', 5n, 1],
  ['-.5', -5n, 1],
  ['5.', 5n, 0],
  ['+7', 7n, 0],
  ['1e2', 100n, 0],
  ['-1.25', -125n, 2],
])('%j is read', (text, digits, scale) => {
  expect(same(decimalOf(text) as Decimal)).toEqual({ digits, scale })
})
