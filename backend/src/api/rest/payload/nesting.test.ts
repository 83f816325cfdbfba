import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isNestedBeyond } from './nesting.ts'

test.each([
  ['1', 0],
  ['[]', 1],
  ['{"a": [{}]}', 3],
  ['["[[[", "\\"[["]', 1],
  ['[[],[[]]]', 3],
  ['{"a\\\\": "{", "b": {}}', 2],
  ['["', 1],
])('%s stands %i levels deep', (text, levels) => {
  expect([isNestedBeyond(text, levels), isNestedBeyond(text, levels - 1)]).toEqual([
    false,
    levels > 0,
  ])
})

test('what JSON.parse reads is as deep as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      const text = JSON.stringify(value)
      const depth = depthOf(value)
      expect(isNestedBeyond(text, depth)).toBe(false)
      if (depth > 0) expect(isNestedBeyond(text, depth - 1)).toBe(true)
    }),
  )
})

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

test.each([
  ['a string without an end', `[["${'\\"'.repeat(3_000_000)}`],
  ['a long string', `[["${'x'.repeat(9_000_000)}"]]`],
  ['backslashes', `[["${'\\'.repeat(6_000_000)}"`],
  ['quotes', `[["${'"'.repeat(6_000_000)}`],
])('%s is read in one pass', (_what, text) => {
  expect([isNestedBeyond(text, 2), isNestedBeyond(text, 1)]).toEqual([false, true])
})
