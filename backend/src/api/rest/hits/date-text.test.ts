import { expect, test } from 'vitest'
import { dateText } from './date-text.ts'

test.each([
  [0, 'Thu, 01 Jan 1970 00:00:00 GMT'],
  [784_111_777_999, 'Sun, 06 Nov 1994 08:49:37 GMT'],
  [784_111_777_000, 'Sun, 06 Nov 1994 08:49:37 GMT'],
  [784_111_778_000, 'Sun, 06 Nov 1994 08:49:38 GMT'],
  [784_111_776_999, 'Sun, 06 Nov 1994 08:49:36 GMT'],
])('%d, whatever was asked before, is %s', (epochMs, text) => {
  expect(dateText(epochMs)).toBe(text)
})
