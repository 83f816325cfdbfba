import { expect, test } from 'vitest'
import { readJsonRows } from './json-rows.ts'

test.each([
  ['{"a": 1, "b": null}', { keys: ['a', 'b'], isArray: false }],
  ['{}', { keys: [], isArray: false }],
  [' [ {"a": 1, "b": 2}, {"b": 3, "a": 4} ] ', { keys: ['a', 'b'], isArray: true }],
  ['[]', { keys: [], isArray: true }],
  ['[{}, {}]', { keys: [], isArray: true }],
  ['{"__proto__": 1, "constructor": 2}', { keys: ['__proto__', 'constructor'], isArray: false }],
  ['{"a": 1, "a": 2}', { keys: ['a'], isArray: false }],
])('%s has keys', (text, rows) => {
  expect(readJsonRows(text)).toMatchObject(rows)
})

test.each([
  '[{"a": 1}, {"b": 1}]',
  '[{"a": 1}, {"a": 1, "b": 2}]',
  '[{"a": 1, "b": 2}, {"a": 1}]',
  '[{"a": 1}, 2]',
  '[1]',
  '[null]',
  '[[{"a": 1}]]',
  '[{"toString": 1}, {"a": 1}]',
])('%s is not uniform', text => {
  expect(() => readJsonRows(text)).toThrow('All object keys must match')
})

test.each(['', ' ', '{', '"{}"', '1', 'null', 'true', '\ufeff{}', '{"a": 1} x', "{'a': 1}"])(
  '%j is no body',
  text => {
    expect(() => readJsonRows(text)).toThrow(
      expect.objectContaining({ code: 'PGRST102', message: 'Empty or invalid json' }),
    )
  },
)
