import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../tests/support/seed.ts'
import { BEGINNING, compareCursors, formatCursor, parseCursor } from './cursor.ts'

const cursors = fc.record({
  xid: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  position: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
})

test(`a cursor comes back from its text (seed ${seed})`, () => {
  fc.assert(
    fc.property(cursors, cursor => {
      expect(parseCursor(formatCursor(cursor))).toEqual(cursor)
    }),
    { seed },
  )
})

test('what is not exactly such a text is no cursor', () => {
  const wrong = [
    '',
    '1',
    '1-',
    '-1',
    '01-1',
    '1-01',
    ' 1-1',
    '1-1 ',
    '1-1\n',
    '+1-1',
    '1--1',
    '1.5-1',
    '1-1-1',
    '0x1-1',
  ]
  const tooLarge = [`${2n ** 64n}-0`, `0-${2n ** 63n}`, `${'9'.repeat(400)}-0`]
  for (const text of [...wrong, ...tooLarge]) expect(parseCursor(text), text).toBeUndefined()
})

test(`cursors are ordered by transaction, then by position (seed ${seed})`, () => {
  const small = fc.record({
    xid: fc.bigInt({ min: 0n, max: 3n }),
    position: fc.bigInt({ min: 0n, max: 3n }),
  })
  fc.assert(
    fc.property(small, small, (one, other) => {
      const byWeight = Number(one.xid * 10n + one.position - (other.xid * 10n + other.position))
      expect(Math.sign(compareCursors(one, other))).toBe(Math.sign(byWeight))
    }),
    { seed },
  )
  fc.assert(
    fc.property(cursors, cursor => compareCursors(BEGINNING, cursor) <= 0),
    { seed },
  )
})
