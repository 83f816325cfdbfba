import { expect, test } from 'vitest'
import { Measures, principalKey } from './measures.ts'
import type { Measure } from './types.ts'

let serial = 0

function measure(more: Partial<Measure> = {}): Measure {
  return {
    id: `m${serial++}`,
    kind: 'ban',
    principal: { kind: 'ip', ip: '192.0.2.1' },
    rule: 'r',
    reason: '',
    evidence: [],
    scope: 'all',
    sinceMs: 0,
    untilMs: 1_000,
    offence: 1,
    delayMs: 50,
    share: 0.25,
    node: 'a',
    ...more,
  }
}

test('a ban holds for its principal, until its time', () => {
  const measures = new Measures(100)
  expect(measures.banOf('192.0.2.1', undefined, undefined, 0)).toBeUndefined()
  expect(measures.loginBanOf('192.0.2.1', undefined, 0)).toBeUndefined()
  expect(measures.tarpitOf('192.0.2.1', undefined, 0)).toBe(0)
  const ofIp = measure()
  const ofPair = measure({ principal: { kind: 'user+ip', user: 'ada', ip: '192.0.2.2' } })
  const ofToken = measure({
    kind: 'revoke',
    principal: { kind: 'token', token: 7, ip: '192.0.2.3' },
  })
  const ofUser = measure({ principal: { kind: 'user', user: 'bob' } })
  for (const each of [ofIp, ofPair, ofToken, ofUser]) expect(measures.add(each, 0)).toBe(true)
  expect(measures.banOf('192.0.2.1', 'x', 1, 999)).toBe(ofIp)
  expect(measures.banOf('192.0.2.1', 'x', 1, 1_000)).toBeUndefined()
  expect(measures.banOf('192.0.2.2', 'ada', undefined, 0)).toBe(ofPair)
  expect(measures.banOf('192.0.2.2', 'eve', undefined, 0)).toBeUndefined()
  expect(measures.banOf('192.0.2.9', 'ada', undefined, 0)).toBeUndefined()
  expect(measures.banOf('192.0.2.9', 'ada', 7, 0)).toBe(ofToken)
  expect(measures.banOf('192.0.2.9', 'bob', undefined, 0)).toBe(ofUser)
  expect(measures.inForce(0)).toHaveLength(4)
  expect(measures.remove(ofPair.id)).toBe(ofPair)
  expect(measures.remove(ofPair.id)).toBeUndefined()
  expect(measures.banOf('192.0.2.2', 'ada', undefined, 0)).toBeUndefined()
  expect(measures.inForce(1_000)).toEqual([])
  expect(measures.size).toBe(0)
})

test('a ban of logins keeps out nobody who is in, and a tarpit refuses nobody', () => {
  const measures = new Measures(100)
  const principal = { kind: 'user+ip', user: 'ada', ip: '192.0.2.1' } as const
  const login = measure({ scope: 'login', principal })
  measures.add(login, 0)
  measures.add(measure({ scope: 'login', principal: { kind: 'ip', ip: '192.0.2.5' } }), 0)
  measures.add(measure({ kind: 'tarpit' }), 0)
  measures.add(measure({ kind: 'tarpit', principal }), 0)
  measures.add(measure({ kind: 'penalty' }), 0)
  expect(measures.banOf('192.0.2.1', 'ada', undefined, 0)).toBeUndefined()
  expect(measures.loginBanOf('192.0.2.1', 'ada', 0)).toBe(login)
  expect(measures.loginBanOf('192.0.2.1', 'eve', 0)).toBeUndefined()
  expect(measures.loginBanOf('192.0.2.5', undefined, 0)).toBeDefined()
  expect(measures.tarpitOf('192.0.2.1', undefined, 0)).toBe(50)
  expect(measures.tarpitOf('192.0.2.1', 'ada', 0)).toBe(50)
  expect(measures.tarpitOf('192.0.2.5', 'ada', 0)).toBe(0)
})

test('of two the one that holds longer stays', () => {
  const measures = new Measures(100)
  const short = measure()
  const long = measure({ untilMs: 5_000 })
  measures.add(short, 0)
  expect(measures.add(long, 0)).toBe(true)
  expect(measures.add(long, 0)).toBe(true)
  expect(measures.add(measure(), 0)).toBe(false)
  expect(measures.inForce(0)).toEqual([long])
})

test('a network is refused when somebody asks for it, and let go', () => {
  const measures = new Measures(100)
  const wide = measure({ principal: { kind: 'ip', ip: '198.51.100.0/24' } })
  measures.add(wide, 0)
  expect(measures.banOf('198.51.100.77', undefined, undefined, 0)).toBe(wide)
  expect(measures.banOf('198.51.101.77', undefined, undefined, 0)).toBeUndefined()
  const longer = measure({ principal: wide.principal, untilMs: 9_000 })
  measures.add(longer, 0)
  expect(measures.banOf('198.51.100.77', undefined, undefined, 0)).toBe(longer)
  measures.remove(longer.id)
  expect(measures.banOf('198.51.100.77', undefined, undefined, 0)).toBeUndefined()
  const client = measure({ principal: { kind: 'ip', ip: '2001:db8:0:0::/64' } })
  measures.add(client, 0)
  expect(measures.banOf('2001:db8:0:0::/64', undefined, undefined, 0)).toBe(client)
})

test('where there are too many, those go that end first', () => {
  const measures = new Measures(10)
  for (let index = 0; index < 20; index++) {
    const principal = { kind: 'ip', ip: `192.0.2.${index}` } as const
    measures.add(measure({ principal, untilMs: 1_000 + index }), 0)
  }
  expect(measures.size).toBe(10)
  expect(measures.banOf('192.0.2.9', undefined, undefined, 0)).toBeUndefined()
  expect(measures.banOf('192.0.2.19', undefined, undefined, 0)).toBeDefined()
})

test('a principal has one key', () => {
  expect(principalKey({ kind: 'user+ip', ip: 'a', user: 'b' })).toBe(
    principalKey({ user: 'b', ip: 'a', kind: 'user+ip', token: undefined }),
  )
  expect(principalKey({ kind: 'token', token: 1, ip: 'a' })).toBe(
    principalKey({ kind: 'token', token: 1, ip: 'b' }),
  )
})
