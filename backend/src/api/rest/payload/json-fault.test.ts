import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { findJsonFault } from './json-fault.ts'

test.each([
  ['{"id": 9,', 'Line 1, column 10: the body ends, expected a name in double quotes.'],
  ['{"id": 9', 'Line 1, column 9: the body ends, expected a comma or }.'],
  ['["a", 1', 'Line 1, column 8: the body ends, expected a comma or ].'],
  ['{"id"', 'Line 1, column 6: the body ends, expected a colon.'],
  ['"abc', 'Line 1, column 5: the body ends, expected the closing quote of a string.'],
  ['garbage', 'Line 1, column 1: expected a value.'],
  ['{id: 1}', 'Line 1, column 2: expected a name in double quotes or }.'],
  ['[\n  1\n  2\n]', 'Line 3, column 3: expected a comma or ].'],
  ['{}{', 'Line 1, column 3: expected the end of the body.'],
  ['{"a": 01}', 'Line 1, column 8: expected a comma or }.'],
  ['{"a": NaN}', 'Line 1, column 7: expected a value.'],
  ['[nul]', 'Line 1, column 2: expected a value or ].'],
  ['{"a":1]', 'Line 1, column 7: expected a comma or }.'],
  ['["\\x"]', 'Line 1, column 3: expected an escape that JSON knows.'],
  [
    '["a\nb"]',
    'Line 1, column 4: expected no line break or other control character inside a string.',
  ],
])('%j', (text, details) => {
  expect(() => void JSON.parse(text)).toThrow(SyntaxError)
  expect(findJsonFault(text).details).toBe(details)
})

test.each([
  ["{'a': 1}", 'double quotes'],
  ['{"a": 1,}', 'No comma'],
  ['[1, ]', 'No comma'],
  ['{"a": }', 'JSON library'],
  ['[1, // one\n2]', 'no comments'],
  ['["\t"]', 'a tab \\t'],
  ['{"a": 1', 'missing'],
  ['a=1', 'Content-Type'],
])('what helps with %j', (text, words) => {
  expect(findJsonFault(text).hint).toContain(words)
})

test('a fault far behind is told without its place', () => {
  expect(findJsonFault(`[${'1,'.repeat(600_000)}x]`).details).toBe(
    'It is no JSON somewhere behind its first 1000000 characters.',
  )
})

test(`a fault is found in every text that is no JSON, and nothing of it is repeated (seed ${seed})`, () => {
  const damaged = fc
    .tuple(fc.json(), fc.nat(), fc.nat(3), fc.constantFrom('', ',', '"', '}', '[', 'x', '\\', '\n'))
    .map(([json, place, dropped, put]) => {
      const at = place % (json.length + 1)
      return json.slice(0, at) + put + json.slice(at + dropped)
    })
  fc.assert(
    fc.property(damaged, text => {
      if (isJson(text)) return
      const { details } = findJsonFault(text)
      expect(details).toMatch(/^Line \d+, column \d+: (?:the body ends, )?expected [\w\s{}\]]+\.$/)
      expect(details).not.toContain('the body ends, expected the end of the body')
    }),
    { seed, numRuns: 2_000 },
  )
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
