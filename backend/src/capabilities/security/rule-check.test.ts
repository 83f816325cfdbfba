import { expect, test } from 'vitest'
import { option } from '../../base/index.ts'
import { BUILT_IN_RULES } from './built-in-rules.ts'
import { SECURITY_CHECKS } from './options.ts'
import { RULES_CHECK, settleRules } from './rule-check.ts'

test('rules are written over the built-in ones, taken away, and added', () => {
  const rules = RULES_CHECK.read(
    '{"scanning":{"threshold":50,"windowMs":"2min"},"honeypot":null,"mass-read":{"enabled":false},"mine":{"events":["access.denied"],"per":"user"}}',
  )
  const settled = settleRules(rules!)
  const names = settled.map(({ name }) => name)
  expect(names).toContain('mine')
  expect(names).not.toContain('honeypot')
  expect(names).not.toContain('mass-read')
  expect(settled.find(({ name }) => name === 'scanning')).toMatchObject({
    threshold: 50,
    windowMs: 120_000,
    of: 'name',
    mitre: 'T1595.003',
  })
  expect(settleRules({}).map(({ name }) => name)).toEqual(Object.keys(BUILT_IN_RULES))
})

const WRONG: readonly [unknown, string][] = [
  ['no JSON', 'That is no JSON object.'],
  [[], 'That is no JSON object.'],
  [{ 'a b': {} }, "'a b' is no name"],
  [{ 'brute-forc': null }, "Perhaps you meant 'brute-force'."],
  [{ x: 5 }, "Rule 'x': That is no object."],
  [{ x: { treshold: 5 } }, "'treshold' is none of"],
  [{ scanning: { threshold: 0 } }, 'threshold must be a whole number from 1'],
  [{ scanning: { response: ['lock'] } }, 'response must be a list, each item one of log'],
  [{ scanning: { response: [] } }, 'response is empty'],
  [{ scanning: { forMs: 2_000, forMsMax: 1_000 } }, 'forMsMax is less than forMs'],
  [{ scanning: { unless: { ip: ['::1'] } } }, "'ip' is none of users"],
  [{ scanning: { unless: { ips: ['house'] } } }, 'ips must be a list, each item an address'],
  [{ x: {} }, 'events is empty'],
  [{ x: { detector: 'distinct', events: ['read'], of: 'ip' } }, 'of and per are both ip'],
  [{ x: { per: 'credential', events: ['read'] } }, 'needs the event auth.failed'],
  [{ x: { detector: 'sequence' } }, 'two steps at least'],
  [
    { x: { detector: 'sequence', steps: [{ events: [] }, { events: [] }] } },
    'each step needs events',
  ],
  [{ x: { detector: 'sequence', steps: Array(9).fill({ events: ['read'] }) } }, '8 steps at most'],
  [{ scanning: { mitre: 'none' } }, 'mitre must be a technique'],
]

test.each(WRONG)('a wrong rule stops the start: %j', (rules, fault) => {
  expect(RULES_CHECK.read(rules)).toBeUndefined()
  const check = () => option.checked('security.rules', SECURITY_CHECKS.rules, rules)
  expect(check).toThrow(
    expect.objectContaining({ code: 'ST001', details: expect.stringContaining(fault) }),
  )
})

test('who is allowed is an address, a network or a user', () => {
  const read = SECURITY_CHECKS.allow.read
  expect(read('10.0.0.0/8, ::1, user:ada')).toEqual(['10.0.0.0/8', '::1', 'user:ada'])
  expect(read('user:')).toBeUndefined()
  expect(read('ada')).toBeUndefined()
})
