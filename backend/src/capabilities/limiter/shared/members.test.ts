import { expect, test } from 'vitest'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import { Members } from './members.ts'

function setUp() {
  const clock = fakeClock()
  const members = new Members(clock)
  /** How many are believed, having heard of so many after so long. */
  function hear(count: number, afterMs = 0): number {
    clock.advance(afterMs)
    members.hear(count)
    return members.count
  }
  return hear
}

test('more are believed at once, fewer only when they stay fewer', () => {
  const hear = setUp()
  expect(hear(4)).toBe(4)
  expect(hear(2, 1_000)).toBe(4)
  expect(hear(1, 4_999)).toBe(4)
  expect(hear(2, 1)).toBe(2)
  expect(hear(3)).toBe(3)
})

test('who is back in time was never away', () => {
  const hear = setUp()
  hear(4)
  hear(2)
  expect(hear(4, 3_000)).toBe(4)
  expect(hear(2, 3_000)).toBe(4)
  expect(hear(2, 4_999)).toBe(4)
  expect(hear(2, 1)).toBe(2)
})

test('there is always one', () => {
  const hear = setUp()
  hear(2)
  hear(0)
  expect(hear(0, 5_000)).toBe(1)
})
