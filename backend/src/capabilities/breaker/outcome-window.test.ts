import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../tests/support/seed.ts'
import { createCallsWindow, createTimeWindow } from './outcome-window.ts'

const outcomes = fc.record({
  isFailure: fc.boolean(),
  isSlow: fc.boolean(),
  afterMs: fc.constantFrom(0, 1, 50, 99, 100, 101, 1_000, 5_000, 100_000),
})

function count(seen: readonly { readonly isFailure: boolean; readonly isSlow: boolean }[]) {
  return {
    calls: seen.length,
    failures: seen.filter(({ isFailure }) => isFailure).length,
    slow: seen.filter(({ isSlow }) => isSlow).length,
  }
}

test(`a window of calls holds exactly the last ones (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(outcomes), (size, given) => {
      const window = createCallsWindow(size)
      given.forEach(({ isFailure, isSlow }, index) => {
        window.record(isFailure, isSlow)
        expect(window.counts()).toEqual(
          count(given.slice(Math.max(0, index + 1 - size), index + 1)),
        )
      })
      window.clear()
      expect(window.counts()).toEqual({ calls: 0, failures: 0, slow: 0 })
    }),
    { seed },
  )
})

test(`a window of time holds what is as young as nine tenths of it, and nothing older than it (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.array(outcomes), given => {
      let now = 12_345
      const window = createTimeWindow(1_000, () => now)
      const seen: { at: number; isFailure: boolean; isSlow: boolean }[] = []
      for (const { isFailure, isSlow, afterMs } of given) {
        now += afterMs
        window.record(isFailure, isSlow)
        seen.push({ at: now, isFailure, isSlow })
        const { calls } = window.counts()
        expect(calls).toBeGreaterThanOrEqual(count(seen.filter(({ at }) => now - at < 900)).calls)
        const young = seen.filter(({ at }) => now - at < 1_000)
        expect(calls).toBeLessThanOrEqual(young.length)
        expect(window.counts()).toEqual(count(seen.slice(-calls || seen.length)))
      }
    }),
    { seed },
  )
})
