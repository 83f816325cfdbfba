import { expect, test } from 'vitest'
import { ClockOffset } from './clock-offset.ts'

function offsetAfter(...seen: number[]): ClockOffset {
  const offset = new ClockOffset()
  for (const ms of seen) offset.see(ms)
  return offset
}

test('a slow answer does not count when a quick one has told better', () => {
  expect(offsetAfter(31, 20, 44, 25).ms).toBe(20)
})

test('a clock that drifts is followed within eight answers', () => {
  expect(offsetAfter(20, 30, 31, 32, 33, 34, 35, 36).ms).toBe(20)
  expect(offsetAfter(20, 30, 31, 32, 33, 34, 35, 36, 37).ms).toBe(30)
})

test('a clock that was set back is believed at once', () => {
  expect(offsetAfter(20, 21, -30_000).ms).toBe(-30_000)
})

test('a clock that was set forward is believed from the answer that shows it', () => {
  const offset = offsetAfter(20, 21)
  offset.begin(30_020)
  expect(offset.ms).toBe(30_020)
  offset.see(30_040)
  expect(offset.ms).toBe(30_020)
})
