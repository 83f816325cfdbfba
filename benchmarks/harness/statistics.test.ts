import { expect, test } from 'vitest'
import { median, percentile, seededRandom, shuffled } from './statistics.ts'

test('the median is the middle of an odd number and the mean of the two middles of an even one', () => {
  expect(median([5, 1, 3])).toBe(3)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([])).toBeNaN()
})

test('a percentile is a value that occurred', () => {
  const values = Array.from({ length: 200 }, (_, index) => index + 1)
  expect(percentile(values, 0.5)).toBe(100)
  expect(percentile(values, 0.99)).toBe(198)
  expect(percentile([7], 0.5)).toBe(7)
})

test('the same seed gives the same order, another seed another', () => {
  const values = Array.from({ length: 50 }, (_, index) => index)
  const first = shuffled(values, seededRandom(1))
  expect(shuffled(values, seededRandom(1))).toEqual(first)
  expect(shuffled(values, seededRandom(2))).not.toEqual(first)
  expect([...first].sort((a, b) => a - b)).toEqual(values)
})
