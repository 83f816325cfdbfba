import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { commitOf, formatLsn, parseLsn, positionOf } from './lsn.ts'
import { widenXid } from './xid.ts'

test('a place of the log is read and written as PostgreSQL does', () => {
  expect(parseLsn('16/B374D848')).toBe(0x16_b374_d848n)
  expect(formatLsn(0x16_0000_0a00n)).toBe('16/A00')
  for (const wrong of ['', '16', '16/', '/1', '1/2/3', 'x/1'])
    expect(parseLsn(wrong)).toBe(undefined)
})

test(`positions grow with the commits, and inside one with its changes (seed ${seed})`, () => {
  const lsn = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
  const change = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  fc.assert(
    fc.property(lsn, lsn, change, change, (one, other, first, second) => {
      expect(commitOf(positionOf(one, first))).toBe(one)
      const isBefore = one < other || (one === other && first < second)
      expect(positionOf(one, first) < positionOf(other, second)).toBe(isBefore)
    }),
    { seed },
  )
})

test(`an id of 32 bits is the nearest of 64 (seed ${seed})`, () => {
  const near = fc.bigInt({ min: 2n ** 31n, max: 2n ** 63n })
  const distance = fc.bigInt({ min: 1n - 2n ** 31n, max: 2n ** 31n - 1n })
  fc.assert(
    fc.property(near, distance, (known, away) => {
      const xid = known + away
      expect(widenXid(Number(xid & 0xffff_ffffn), known)).toBe(xid)
    }),
    { seed },
  )
  expect(widenXid(0xffff_fff0, 800n)).toBe(0xffff_fff0n) // There is none before the first.
})
