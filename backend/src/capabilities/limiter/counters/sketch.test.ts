import { expect, test } from 'vitest'
import { Sketch } from './sketch.ts'

const PERIOD_MS = 100
const WIDTH = 16

/** The cell of a row is `one + row * other`: keys are chosen so that they meet where they should. */
const cells = (one: number, other: number) => ({
  one,
  other,
  in: (sketch: Sketch, now = 0) => sketch.estimate(now, one, other),
  add: (sketch: Sketch, amount: number, now = 0) => sketch.add(now, one, other, amount),
})

test('keys that meet in one row do not count for each other', () => {
  const sketch = new Sketch(PERIOD_MS, WIDTH)
  const [ann, bob] = [cells(0, 1), cells(0, 3)]
  ann.add(sketch, 5)
  bob.add(sketch, 2)
  expect([ann.in(sketch), bob.in(sketch)]).toEqual([5, 2])
})

test('cells that say enough do not grow', () => {
  const sketch = new Sketch(PERIOD_MS, WIDTH)
  cells(0, 1).add(sketch, 5)
  cells(0, 3).add(sketch, 2)
  // Meets those two in the first row, and heavy ones in all others.
  for (const one of [4, 8, 12]) cells(one, 1).add(sketch, 100)
  expect(cells(0, 5).in(sketch)).toBe(5)
})

test('what was added two periods ago and more is forgotten', () => {
  const key = cells(0, 1)
  for (const periods of [2, 3, 10]) {
    const sketch = new Sketch(PERIOD_MS, WIDTH)
    key.add(sketch, 5, 7 * PERIOD_MS)
    expect(key.in(sketch, 8 * PERIOD_MS)).toBe(5)
    expect(key.in(sketch, (7 + periods) * PERIOD_MS)).toBe(0)
    const unread = new Sketch(PERIOD_MS, WIDTH)
    key.add(unread, 5, 7 * PERIOD_MS)
    expect(key.in(unread, (7 + periods) * PERIOD_MS)).toBe(0)
  }
})

test('a cell that is full stays full', () => {
  const sketch = new Sketch(PERIOD_MS, WIDTH)
  const key = cells(0, 1)
  key.add(sketch, 60_000)
  key.add(sketch, 60_000)
  expect(key.in(sketch)).toBe(65_535)
})
