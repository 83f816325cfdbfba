import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { apportion } from './apportion.ts'

test.each([
  ['nobody', [], 10, []],
  ['enough for all', [3, 4], 10, [3, 4]],
  ['Doorman’s example of a fair share', [1_000, 50, 10], 120, [60, 50, 10]],
  ['equal wants that do not divide', [10, 10, 10], 10, [3, 3, 4]],
  ['idle ones leave their part to the hot one', [3, 90, 3], 51, [3, 45, 3]],
  ['nothing to divide', [5, 5], 0, [0, 0]],
])('%s', (_name, wants, total, shares) => {
  expect(apportion(wants, total)).toEqual(shares)
})

test(`never more than the total or the want, never less than one's part of it (seed ${seed})`, () => {
  const wants = fc.array(fc.nat(120), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(wants, fc.nat(300), (each, total) => {
      const shares = apportion(each, total)
      const sum = (list: readonly number[]) => list.reduce((left, right) => left + right, 0)
      expect(sum(shares)).toBe(Math.min(total, sum(each)))
      const part = Math.floor(total / each.length)
      each.forEach((want, index) => {
        expect(shares[index]).toBeLessThanOrEqual(want)
        expect(shares[index]).toBeGreaterThanOrEqual(Math.min(want, part))
      })
    }),
    { seed },
  )
})
