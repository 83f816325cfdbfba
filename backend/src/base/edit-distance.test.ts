import { expect, test } from 'vitest'
import { editDistance } from './edit-distance.ts'

test.each([
  ['films', 'films', 0],
  ['film', 'films', 1],
  ['filmss', 'films', 1],
  ['folms', 'films', 1],
  ['flims', 'films', 1],
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
  ['abc', '', 3],
  ['ca', 'abc', 3],
])('from %j to %j it is %i', (one, other, distance) => {
  expect(editDistance(one, other)).toBe(distance)
})
