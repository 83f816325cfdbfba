import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../tests/support/seed.ts'
import { ConnectPace } from './connect-pace.ts'

test(`no second sees more than it may, whenever it begins (seed ${seed})`, () => {
  const property = fc.property(
    fc.integer({ min: 1, max: 20 }),
    fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200, size: 'max' }),
    (perSecondMax, pauses) => {
      const pace = new ConnectPace(perSecondMax, () => 0.5)
      const begun: number[] = []
      let now = 0
      for (const pause of pauses) {
        now += pause
        if (pace.nextAt() > now) continue
        pace.begun(now)
        begun.push(now)
      }
      for (const [index, at] of begun.entries()) {
        expect(begun.slice(index).filter(later => later < at + 1_000).length).toBeLessThanOrEqual(
          perSecondMax,
        )
      }
    },
  )
  fc.assert(property, { seed })
})

test('those that fail together are one failure, and waits grow up to half a second', () => {
  const pace = new ConnectPace(50, () => 1)
  expect(pace.inFlightMax).toBeGreaterThan(1)
  const waits = [pace.failed(0, 10), pace.failed(0, 12)]
  expect(waits).toEqual([50, 48])
  expect(pace.inFlightMax).toBe(1)
  for (let now = 100; now < 10_000; now += 1_000) waits.push(pace.failed(now, now + 1))
  expect(waits.slice(2)).toEqual([100, 200, 400, 500, 500, 500, 500, 500, 500, 500])
  pace.succeeded(1)
  expect(pace.inFlightMax).toBeGreaterThan(1)
  expect(pace.nextAt()).toBeLessThan(0)
})

test('half of a wait is chance', () => {
  const waitWith = (chance: number) => new ConnectPace(50, () => chance).failed(0, 1)
  expect([waitWith(0), waitWith(0.5), waitWith(1)]).toEqual([25, 37.5, 50])
})

test('a full server lowers what there may be for a while, but not below what there is', () => {
  const pace = new ConnectPace(50, () => 0)
  expect(pace.ceiling(0)).toBe(Number.POSITIVE_INFINITY)
  expect(pace.full(0, 0)).toBe(1_000)
  expect(pace.ceiling(999)).toBe(1)
  pace.succeeded(4)
  expect(pace.ceiling(999)).toBe(4)
  expect(pace.ceiling(1_000)).toBe(Number.POSITIVE_INFINITY)
})
