import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readJsonBody } from './json-body.ts'

test.each([
  ['{}', false, []],
  ['{"b": 1, "a": {"c": 2}}', false, ['b', 'a']],
  ['[]', true, []],
  ['[{"a": 1, "b": 2}, {"b": 1, "a": 2}]', true, ['a', 'b']],
  ['[{"a": 1}, {"b": 2}]', true, undefined],
  ['[{"a": 1}, 2]', true, undefined],
  ['[[]]', true, undefined],
  ['7', false, undefined],
  ['null', false, undefined],
  ['"text"', false, undefined],
  ['{"__proto__": 1}', false, ['__proto__']],
])('%s', (text, isArray, names) => {
  expect(readJsonBody(text)).toEqual({ isArray, names })
})

test('what is no JSON is refused', () => {
  for (const text of ['', '{', "{'a': 1}", '{"a": 1} x', 'undefined', 'NaN']) {
    expect(() => readJsonBody(text)).toThrow(
      expect.objectContaining({ code: 'PGRST102', message: 'Empty or invalid json' }),
    )
  }
})

const nested = (depth: number) => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`

test('what is nested deeper than PostgreSQL reads is refused before it is read', () => {
  expect(readJsonBody(nested(5_000)).names).toEqual(['a'])
  expect(() => readJsonBody(nested(5_002))).toThrow(
    expect.objectContaining({ message: 'The JSON is nested deeper than 5000 levels' }),
  )
  const wide = `[${Array.from({ length: 6_000 }, () => '{"a":[]}').join(',')}]`
  expect(readJsonBody(wide).names).toEqual(['a'])
})

test('brackets within strings nest nothing', () => {
  const string = fc.array(fc.constantFrom('[', '{', '"', '\\', ']', 'x'), { maxLength: 40 })
  fc.assert(
    fc.property(string, parts => {
      const text = JSON.stringify({ a: parts.join('').repeat(800), b: '[[' })
      expect(readJsonBody(text).names).toEqual(['a', 'b'])
    }),
  )
})
