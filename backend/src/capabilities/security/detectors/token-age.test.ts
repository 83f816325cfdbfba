import { expect, test } from 'vitest'
import { testRule } from '../test-rule.ts'
import type { SecurityEvent } from '../types.ts'

const HOUR_MS = 3_600_000
const RULE = { detector: 'token-age', per: 'token', factor: 10 } as const

let next = 0
/** Somebody is let in with a token that was never shown before. */
function passed(tokenLifeMs: number, more: Partial<SecurityEvent> = {}): SecurityEvent {
  next++
  const about = { ip: '192.0.2.1', user: `user-${next}`, role: 'clerk', issuer: 'https://auth' }
  return {
    kind: 'auth.passed',
    atMs: next * 1_000,
    ...about,
    tokenHash: next,
    tokenLifeMs,
    ...more,
  }
}

const several = (count: number, make: () => SecurityEvent) => Array.from({ length: count }, make)

test('a token that is good for ten times as long as others of its issuer is told of', () => {
  const usual = several(20, () => passed(HOUR_MS))
  expect(testRule(RULE, [...usual, passed(9 * HOUR_MS)])).toEqual([])
  const [alert, ...others] = testRule(RULE, [...usual, passed(720 * HOUR_MS), passed(HOUR_MS)])
  expect(others).toEqual([])
  expect(alert).toMatchObject({
    principal: { kind: 'token' },
    summary: expect.stringContaining('a token for 720 h, where 60 min are usual'),
  })
})

test.each([
  ['before it is known what is usual', 19, passed(720 * HOUR_MS)],
  ['of another issuer', 20, passed(720 * HOUR_MS, { issuer: 'https://other' })],
  ['of another role, as keys of services are', 20, passed(720 * HOUR_MS, { role: 'service' })],
  ['that does not say when it was issued', 20, passed(0, { tokenLifeMs: undefined })],
])('nothing is said of one %s', (_case, count, event) => {
  expect(testRule(RULE, [...several(count, () => passed(HOUR_MS)), event])).toEqual([])
})

test('short tokens are no reason, however much shorter the others are', () => {
  expect(testRule(RULE, [...several(30, () => passed(60_000)), passed(HOUR_MS - 1)])).toEqual([])
})

test('one token that is shown again and again does not make it usual; an issuer that has changed does', () => {
  const usual = several(20, () => passed(HOUR_MS))
  const long = passed(720 * HOUR_MS)
  const again = several(64, () => ({ ...long, atMs: ++next * 1_000 }))
  const rule = { ...RULE, quietForMs: 0 }
  expect(testRule(rule, [...usual, ...again, passed(720 * HOUR_MS)])).toHaveLength(66 - 1)
  const changed = several(64, () => passed(720 * HOUR_MS))
  expect(testRule(rule, [...usual, ...changed, passed(720 * HOUR_MS)]).length).toBeLessThan(22)
})

test('issuers without end take no memory without end', () => {
  const strangers = Array.from({ length: 1_000 }, (_, n) => passed(HOUR_MS, { issuer: `i${n}` }))
  const late = { issuer: 'late' }
  const usual = several(20, () => passed(HOUR_MS, late))
  expect(testRule(RULE, [...strangers, ...usual, passed(720 * HOUR_MS, late)])).toEqual([])
})
