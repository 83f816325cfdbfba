import { expect, test } from 'vitest'
import { DEFAULT_LIMIT_RULES } from './default-rules.ts'
import { createLimiter } from './limiter.ts'
import { LIMITS_CHECKS } from './options.ts'

const { rules, priorities } = LIMITS_CHECKS

test('rules are read from an object or its JSON, durations with their units', () => {
  const text =
    '{"per-user": {"limit": "100", "windowMs": "1min", "per": "user,ip"}, "anonymous": null}'
  const expected = {
    'per-user': { limit: 100, windowMs: 60_000, per: ['user', 'ip'] },
    anonymous: null,
  }
  expect(rules.read(text)).toEqual(expected)
  expect(rules.read(expected)).toEqual(expected)
  expect(rules.read('')).toEqual({})
  expect(rules.read(DEFAULT_LIMIT_RULES)).toEqual(DEFAULT_LIMIT_RULES)
})

test.each([
  ['no object', [], 'That is no JSON object.'],
  ['no JSON', '{"a"', 'That is no JSON object.'],
  ['a rule that is none', { a: 7 }, "What is said of 'a' is no object."],
  [
    'a name that is none',
    { 'a b': { limit: 1 } },
    "'a b' is no name: letters, digits and - _ . : /, at most 100 of them.",
  ],
  [
    'an unknown field',
    { a: { limit: 1, window: 1 } },
    /^'a' has 'window', which is none of enabled, algorithm, /,
  ],
  ['no limit', { a: { windowMs: 1_000 } }, "'a' has no limit."],
  [
    'a negative limit',
    { a: { limit: -1 } },
    /^limit of 'a' must be a number from 0 to .* or 'none', not -1\.$/,
  ],
  ['a window that is too short', { a: { limit: 1, windowMs: 1 } }, /^windowMs of 'a' must be /],
  ['conditions that are none', { a: { limit: 1, when: { role: 7 } } }, /^when of 'a' must be /],
  [
    'rules that replace each other',
    {
      a: { limit: 1, replaces: ['b'] },
      b: { limit: 1, replaces: ['c'] },
      c: { limit: 1, replaces: ['a'] },
    },
    "'a' replaces itself, if only through others.",
  ],
])('%s is refused, with what is wrong', (_name, value, fault) => {
  expect(rules.read(value)).toBeUndefined()
  const told = rules.fault?.(value)
  if (typeof fault === 'string') expect(told).toBe(fault)
  else expect(told).toMatch(fault)
  expect(() => createLimiter({ rules: value as never })).toThrow('limits.rules')
})

test('a rule is taken away by null or by enabled: false', () => {
  const given = { a: { limit: 1 }, b: null, c: { limit: 1, enabled: false }, d: { enabled: false } }
  const limiter = createLimiter({ rules: given as never })
  expect(limiter.report().rules.map(({ name }) => name)).toEqual(['a'])
})

test('priorities are classes by condition', () => {
  const read = { 'role=service_role': 'critical', 'endpoint=GET /a=b*': 'low' }
  expect(priorities.read(JSON.stringify(read))).toEqual(read)
  expect(priorities.fault?.({ role: 'low' })).toBe("'role' is not of the form attribute=value.")
  expect(priorities.fault?.({ 'role=x': 'high' })).toBe(
    `The class of 'role=x' must be one of critical, normal, low, not "high".`,
  )
})
