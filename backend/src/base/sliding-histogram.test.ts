import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSlidingHistogram } from './sliding-histogram.ts'

function histogram(windowMs = 6_000) {
  let time = 0
  const made = createSlidingHistogram({ windowMs, now: () => time })
  return { made, advance: (ms: number) => void (time += ms) }
}

test('nothing recorded has neither quantiles nor a mean', () => {
  const { made } = histogram()
  expect([made.count, made.mean, made.quantile(0.5)]).toEqual([0, undefined, undefined])
})

test('quantiles are those of the sorted values, at most 4.5 % too high', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.02, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (values, q) => {
        const { made } = histogram()
        for (const value of values) made.record(value)
        const sorted = values.toSorted((a, b) => a - b)
        const exact = sorted[Math.ceil(q * sorted.length - 1e-9) - 1] as number
        const answered = made.quantile(q) as number
        return answered >= exact * 0.999_999 && answered <= exact * 1.045
      },
    ),
  )
})

test('what is older than the window is forgotten, a sixth of it at a time', () => {
  const { made, advance } = histogram()
  made.record(10)
  advance(1_000)
  made.record(1)
  advance(4_999)
  expect([made.count, made.mean]).toEqual([2, 5.5])
  advance(1)
  expect([made.count, made.mean]).toEqual([1, 1])
  advance(60_000)
  expect(made.count).toBe(0)
  made.record(3)
  expect(made.quantile(1)).toBeCloseTo(3, 0)
})

test('what is below the smallest and above the largest bucket counts there', () => {
  const { made } = histogram()
  made.record(-5)
  made.record(0)
  made.record(1e300)
  expect(made.count).toBe(3)
  expect(made.quantile(0.5)).toBeLessThan(0.02)
  expect(made.quantile(1)).toBeGreaterThan(1e6)
})
