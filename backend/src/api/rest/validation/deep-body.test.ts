import { expect, test } from 'vitest'
import { faultOfDeepBody } from './deep-body.ts'
import { VALIDATION_DEFAULTS, type ValidationRules } from './options.ts'

const rules: ValidationRules = {
  ...VALIDATION_DEFAULTS,
  ...{ keysMax: 2, itemsMax: 3, stringBytesMax: 5, duplicateKeys: 'refuse' },
}

/** Inside many others. */
const deep = (inner: string) => `${'[{"a": '.repeat(20_000)}${inner}${'}]'.repeat(20_000)}`

test.each([
  ['{"b": 1, "c": [1, [], {}]}', undefined],
  ['{"b": 1, "c": 2, "d": 3}', 'ST411 keys'],
  ['[1, "x", null, true]', 'ST411 items'],
  ['[[], [[]], {}, []]', 'ST411 items'],
  ['"abcdef"', 'ST411 string'],
  ['"éé"', undefined],
  ['"ééé"', 'ST411 string'],
  ['"\\u0061bc\\u0064e"', undefined],
  ['{"abcdef": 1}', 'ST411 string'],
  ['{"b": 1, "\\u0062": 2}', 'ST413 duplicate-key'],
  ['{"b": {"b": 1}}', undefined],
])('inside forty thousand levels %s: %s', (inner, expected) => {
  const fault = faultOfDeepBody(deep(inner), rules)
  expect(fault && `${fault.code} ${fault.faults[0]?.rule}`).toBe(expected)
})

test('what is no JSON is for others to tell', () => {
  for (const text of ['', '[', '[1', '{"a"', '{"a":1,}', '[1}', '[1 2]', '{a:1}']) {
    expect(faultOfDeepBody(text, rules)).toBeUndefined()
  }
})
