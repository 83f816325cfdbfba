import fc from 'fast-check'
import { expect, test } from 'vitest'
import { losesPrecision } from './numbers.ts'

test.each([
  '0',
  '-0',
  '0.10',
  '1e3',
  '1000000000000000000000',
  '9007199254740992',
  '1.7976931348623157e308',
  '5e-324',
  '0e999999',
  '0.1000000000000000000',
])('%s stays what it is', text => {
  expect(losesPrecision(text)).toBe(false)
})

test.each([
  '9007199254740993',
  '0.1000000000000000001',
  '1e309',
  '1e-400',
  '3.14159265358979323846',
  '-9223372036854775807',
  '1'.repeat(400),
])('%s does not', text => {
  expect(losesPrecision(text)).toBe(true)
})

test('no number that a program writes loses anything, however it is written', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), number => {
      expect(losesPrecision(String(number))).toBe(false)
      expect(losesPrecision(number.toExponential())).toBe(false)
    }),
  )
})

test('a whole number is lost when it is another one as a double', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), number => {
      expect(losesPrecision(String(number))).toBe(decimal(number) !== number)
    }),
  )
})

/** What JavaScript prints for it, which is what anybody sees: the shortest decimal that means the same double. */
function decimal(number: bigint): bigint {
  const [mantissa = '', power = '0'] = String(Number(number)).split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  return BigInt(whole + fraction) * 10n ** BigInt(Number(power) - fraction.length)
}
