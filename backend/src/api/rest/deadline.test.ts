import { expect, test } from 'vitest'
import { systemClock } from '../../base/index.ts'
import { deadlineOf } from './deadline.ts'

const clock = { ...systemClock, now: () => 1_000 }
const of = (waitMs: number | undefined, deadlineMs: number) =>
  deadlineOf({ waitMs }, { deadlineMs }, clock)

test('the least of what the client and the server allow counts', () => {
  expect(of(undefined, 0)).toBeUndefined()
  expect(of(5_000, 0)).toBe(6_000)
  expect(of(undefined, 2_000)).toBe(3_000)
  expect(of(5_000, 2_000)).toBe(3_000)
  expect(of(1_000, 2_000)).toBe(2_000)
})
