import { expect, test } from 'vitest'
import { seededRandom } from './statistics.ts'
import { zipf } from './zipf.ts'

test('the first comes as often as the law says, and everything can come', () => {
  const draw = zipf(['a', 'b', 'c', 'd'], 1, seededRandom(7))
  const drawn = new Map<string, number>()
  for (let time = 0; time < 25_000; time++) {
    const value = draw()
    drawn.set(value, (drawn.get(value) ?? 0) + 1)
  }
  const total = 1 + 1 / 2 + 1 / 3 + 1 / 4
  expect(drawn.get('a')).toBeCloseTo(25_000 / total, -3)
  expect(drawn.get('d')).toBeCloseTo(25_000 / total / 4, -3)
})

test('the ends of what is random are the ends of the values', () => {
  expect(zipf(['first', 'last'], 1.1, () => 0)()).toBe('first')
  expect(zipf(['first', 'last'], 1.1, () => 1 - Number.EPSILON)()).toBe('last')
})
