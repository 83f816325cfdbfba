import { expect, test } from 'vitest'
import type { LockMember, LockState } from './lock-state.ts'
import { needsCode } from './lock-state.ts'
import { planSlots } from './slot-plan.ts'

function slots(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, index) => from + index)
}

/** max_connections 60: 57 for ordinary roles, of which nine tenths are 51. */
function state(members: readonly LockMember[], connections?: number): LockState {
  const open = members.reduce((sum, { held }) => sum + held, 0)
  return {
    members,
    capacity: { usable: 57, allowed: 57 },
    connections: connections ?? open,
  }
}

test('one alone may have all', () => {
  const alone = { processId: 1, held: 1, wanted: 100, slots: [] }
  expect(planSlots(state([alone]), 1, 0.9)).toEqual({
    total: 51,
    part: 51,
    release: 0,
    take: 51,
    crowdedOut: 0,
  })
})

test('who has more than its part gives back what is not open any more', () => {
  const hot = { processId: 1, held: 40, wanted: 100, slots: slots(48) }
  const hungry = { processId: 2, held: 3, wanted: 100, slots: slots(3, 48) }
  expect(planSlots(state([hot, hungry]), 1, 0.9)).toMatchObject({ part: 25, release: 8, take: 0 })
  expect(planSlots(state([hot, hungry]), 2, 0.9)).toMatchObject({ part: 26, release: 0 })
})

test('what is not wanted is given back', () => {
  const idle = { processId: 1, held: 5, wanted: 10, slots: slots(30) }
  expect(planSlots(state([idle]), 1, 0.9)).toMatchObject({ part: 10, release: 20, take: 0 })
})

test('connections that are in nobody’s slots leave less room', () => {
  const alone = { processId: 1, held: 3, wanted: 100, slots: slots(3) }
  expect(planSlots(state([alone], 3), 1, 0.9)).toMatchObject({ take: 48, crowdedOut: 0 })
  expect(planSlots(state([alone], 33), 1, 0.9)).toMatchObject({ take: 24, crowdedOut: 24 })
  expect(planSlots(state([alone], 60), 1, 0.9)).toMatchObject({ take: 0, crowdedOut: 48 })
})

test('slots of others that are not open yet will be', () => {
  const starting = { processId: 2, held: 3, wanted: 20, slots: slots(20, 3) }
  const mine = { processId: 1, held: 3, wanted: 100, slots: slots(3) }
  expect(planSlots(state([mine, starting], 26), 1, 0.9)).toMatchObject({
    part: 31,
    take: 14,
    crowdedOut: 14,
  })
})

test('one whose slots are gone may take them for what it still has open', () => {
  const returned = { processId: 1, held: 20, wanted: 20, slots: [] }
  expect(planSlots(state([returned], 57), 1, 0.9)).toMatchObject({ take: 20 })
})

test('what a member has and wants fits into one number of a lock', () => {
  for (const [held, wanted] of [
    [0, 0],
    [12, 100],
    [99_999, 99_999],
  ] as const) {
    const code = needsCode(held, wanted)
    expect(code).toBeGreaterThanOrEqual(0)
    expect(code).toBeLessThan(2 ** 31)
    expect([code >>> 16, code & 0x7fff]).toEqual([Math.min(held, 32_767), Math.min(wanted, 32_767)])
  }
})
