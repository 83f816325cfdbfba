import { expect, test } from 'vitest'
import { simulate } from './test-rule.ts'
import { ATTACKS, HONEYPOTS, MONDAY } from './testing/attacks.ts'
import type { SecurityEvent } from './types.ts'

const setup = { honeypots: HONEYPOTS, principalsMax: 16_384, secret: 'a secret for tests' }

test.each(ATTACKS)('$name: found after $foundAfter events', attack => {
  const { alerts } = simulate(attack.events(), setup)
  const first = alerts.find(({ rule }) => attack.rules.includes(rule))
  expect(first).toMatchObject({ afterEvents: attack.foundAfter, outcome: 'watched' })
  expect(first?.evidence.length).toBeGreaterThan(0)
  expect(first?.summary).not.toBe('')
})

test('there are twelve', () => {
  expect(ATTACKS).toHaveLength(12)
})

test.each(ATTACKS)('$name: whoever is attacked is never refused', attack => {
  const { measures } = simulate(attack.events(), { ...setup, mode: 'act' })
  const refusedUsers = measures.filter(({ principal }) => principal.kind === 'user')
  expect(refusedUsers).toEqual([])
  expect(measures.filter(({ principal: { user, ip } }) => user === 'ada' && ip === HOME)).toEqual(
    [],
  )
})

const HOME = '192.0.2.77'

test('the user whom five hundred addresses guess at logs in from home as ever', () => {
  const distributed = [...ATTACKS.find(({ foundAfter }) => foundAfter === 10)!.events()]
  const home = { ip: HOME, user: 'ada' }
  const events: SecurityEvent[] = distributed.flatMap(event => [
    event,
    { ...home, kind: 'auth.passed', atMs: event.atMs + 1 },
  ])
  const { measures } = simulate(events, { ...setup, mode: 'act' })
  expect(measures.filter(({ principal }) => principal.ip === HOME)).toEqual([])
  expect(MONDAY).toBe(distributed[0]!.atMs)
})
