import { expect, test } from 'vitest'
import { errorOfRatio, median, steady } from './robust.ts'

test('the median is the middle value, or between the two middle ones', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([1, 2, 4, 100])).toBe(3)
  expect(median([])).toBeNaN()
})

test('the error becomes smaller with more values, and is never nothing', () => {
  expect(errorOfRatio([1, 1, 1, 1], [2, 2, 2, 2])).toBeCloseTo(1.2533 * 0.05 * Math.sqrt(0.5))
  const wide = [0.8, 1, 1.2, 0.9, 1.1, 1]
  expect(errorOfRatio(wide, wide)).toBeGreaterThan(errorOfRatio([...wide, ...wide], wide))
})

test('values before a change do not count', () => {
  const before = Array.from({ length: 20 }, (_, index) => 100 + (index % 5))
  const after = Array.from({ length: 8 }, (_, index) => 200 + (index % 5))
  const self = (value: number) => value
  expect(steady([...before, ...after], self)).toEqual(after)
  expect(steady(before, self)).toEqual(before)
  expect(steady(before.slice(0, 5), self)).toHaveLength(5)
})
