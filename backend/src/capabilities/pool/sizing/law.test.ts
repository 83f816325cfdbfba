import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { lawfulSize } from './law.ts'
import type { SizingRules } from './sizing.ts'

const RULES: SizingRules = {
  sizeMin: 10,
  sizeMax: 100,
  utilisationTarget: 0.75,
  resizeEveryMs: 30_000,
  queueWaitTargetMs: 5,
}

test.each([
  [7.5, 10, 10],
  [7.6, 10, 10],
  [8, 10, 11],
  [45, 40, 60],
  [75, 80, 100],
  [200, 80, 100],
  [0, 10, 10],
])('%f busy of %i connections want %i', (busy, size, wanted) => {
  expect(lawfulSize(busy, size, RULES)).toBe(wanted)
})

test('down goes one step at a time, unless growth is set right', () => {
  expect(lawfulSize(10, 100, RULES)).toBe(80)
  expect(lawfulSize(10, 100, RULES, true)).toBe(13)
})

test('one connection more or less at least, so that small pools move too', () => {
  const small = { ...RULES, sizeMin: 1 }
  expect(lawfulSize(0, 3, small)).toBe(2)
  expect(lawfulSize(0, 1, small)).toBe(1)
  expect(lawfulSize(1, 1, small)).toBe(2)
})

test(`at the size it chooses, the same load moves it no further (seed ${seed})`, () => {
  const busy = fc.double({ min: 0, max: 120, noNaN: true })
  const size = fc.integer({ min: 10, max: 100 })
  fc.assert(
    fc.property(busy, size, (load, start) => {
      let settled = start
      for (let tick = 0; tick < 20; tick++) settled = lawfulSize(load, settled, RULES)
      expect(lawfulSize(load, settled, RULES)).toBe(settled)
      const utilisation = load / settled
      if (load >= 7.5 && load <= 75) {
        expect(utilisation).toBeGreaterThan(0.7)
        expect(utilisation).toBeLessThan(0.8)
      }
    }),
    { seed, numRuns: 2_000 },
  )
})

test('a target near 1 can be reached', () => {
  const tight = { ...RULES, utilisationTarget: 0.95 }
  expect(lawfulSize(20, 20, tight)).toBe(21)
  expect(lawfulSize(19, 20, tight)).toBe(20)
})
