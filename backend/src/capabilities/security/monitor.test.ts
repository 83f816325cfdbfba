import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import type { SecurityMonitorEvent } from './events.ts'
import { createSecurityMonitor, type SecuritySetup } from './monitor.ts'
import type { Decision } from './monitor-types.ts'
import { verifyChain } from './chain.ts'
import { NOTHING, type SecurityEvent } from './types.ts'

const MALLORY = '203.0.113.66'

function setUp(setup: SecuritySetup = {}) {
  const clock = fakeClock()
  clock.advance(Date.UTC(2026, 0, 5, 8))
  const told: SecurityMonitorEvent[] = []
  const decisions: Decision[] = []
  const common = { mode: 'act', principalsMax: 4_096, secret: 'x', node: 'n' } as const
  const observe = (event: SecurityMonitorEvent) => void told.push(event)
  const monitor = createSecurityMonitor({ ...common, ...setup, clock, observe })
  monitor.onDecision(decision => decisions.push(decision))
  const tell = (event: Partial<SecurityEvent> = {}) =>
    monitor.tell({ kind: 'auth.failed', atMs: clock.epochMs(), ip: MALLORY, user: 'ada', ...event })
  const fail = (times: number, event: Partial<SecurityEvent> = {}) => {
    let response = NOTHING
    for (let n = 0; n < times; n++) response = tell(event)
    return response
  }
  return { clock, told, decisions, monitor, tell, fail }
}

test('the request that reaches the threshold is answered with the ban, at the source only', () => {
  const { monitor, fail, tell, decisions } = setUp()
  expect(fail(4)).toBe(NOTHING)
  expect(monitor.loginBanOf(MALLORY, 'ada')).toBeUndefined()
  expect(tell()).toMatchObject({
    kind: 'ban',
    measure: { rule: 'brute-force', principal: { kind: 'user+ip' }, scope: 'login', offence: 1 },
  })
  expect(monitor.loginBanOf(MALLORY, 'ada')?.evidence).toHaveLength(5)
  expect(monitor.loginBanOf('192.0.2.77', 'ada')).toBeUndefined()
  expect(monitor.loginBanOf(MALLORY, 'bob')).toBeUndefined()
  expect(monitor.banOf(MALLORY, 'ada')).toBeUndefined() // Whoever is in there stays in.
  expect(decisions).toMatchObject([{ kind: 'began', isOwn: true }])
})

test('a ban ends by itself, and each further one holds twice as long, up to a bound', () => {
  const { monitor, clock, fail } = setUp({ rules: { 'brute-force': { forMsMax: 2_000_000 } } })
  for (const forMs of [600_000, 1_200_000, 2_000_000, 2_000_000]) {
    fail(5)
    clock.advance(forMs - 1)
    expect(monitor.loginBanOf(MALLORY, 'ada')).toBeDefined()
    clock.advance(1)
    expect(monitor.loginBanOf(MALLORY, 'ada')).toBeUndefined()
  }
  clock.advance(4_000_000)
  expect(fail(5)).toMatchObject({ measure: { offence: 1 } })
})

test('the same wrong credential is one attempt, however often, and an expired one none', () => {
  const { monitor, clock, fail } = setUp()
  for (let minute = 0; minute < 24 * 60; minute++) {
    fail(1, { credentialHash: 4_711 })
    fail(10, { reason: 'expired', ip: '192.0.2.9' })
    clock.advance(60_000)
  }
  expect(monitor.alerts()).toEqual([])
})

test('one wrong credential that comes from ever other addresses is one attempt at its user', () => {
  const { monitor, fail } = setUp()
  const guessing = () => monitor.alerts().filter(({ rule }) => rule === 'brute-force')
  for (let n = 1; n <= 9; n++) fail(2, { credentialHash: 4_711, ip: `192.0.2.${n}` })
  expect(guessing()).toEqual([])
  for (let n = 1; n <= 4; n++) fail(1, { credentialHash: n, ip: `198.51.100.${n}` })
  expect(guessing()).toMatchObject([{ principal: { kind: 'user' } }])
})

test('a success forgives the pair, and nobody else', () => {
  const { monitor, fail, tell } = setUp()
  for (let round = 0; round < 2; round++) {
    fail(4, { user: 'bob' })
    tell({ kind: 'auth.passed', user: 'bob' })
  }
  expect(monitor.measures().map(({ principal }) => principal.kind)).toEqual(['ip'])
})

test('one pair alone never incriminates its address', () => {
  const { monitor, fail } = setUp()
  fail(50)
  expect(monitor.measures().map(({ principal }) => principal.kind)).toEqual(['user+ip'])
})

test('an address from which many get in may fail more often', () => {
  const { monitor, tell } = setUp()
  for (let n = 0; n < 100; n++) tell({ kind: 'auth.passed', user: `user-${n}` })
  for (let n = 0; n < 30; n++) tell({ user: `user-${n}`, credentialHash: n })
  expect(monitor.measures()).toEqual([])
  for (let n = 30; n < 45; n++) tell({ user: `user-${n}`, credentialHash: n })
  expect(monitor.measures()).toMatchObject([{ principal: { kind: 'ip' } }])
})

test('watching, and for those who are allowed, it tells and does nothing', () => {
  const watching = setUp({ mode: 'watch' })
  expect(watching.fail(20)).toBe(NOTHING)
  expect(watching.monitor.alerts()).toMatchObject([{ outcome: 'watched' }])
  const allowed = setUp({ allow: ['203.0.113.0/24', 'user:eve'] })
  expect(allowed.fail(20)).toBe(NOTHING)
  expect(allowed.fail(20, { ip: '192.0.2.1', user: 'eve' })).toBe(NOTHING)
  expect(new Set(allowed.monitor.alerts().map(({ outcome }) => outcome))).toEqual(
    new Set(['allowed']),
  )
  const one = setUp({ mode: 'watch', rules: { 'brute-force': { mode: 'act' } } })
  expect(one.fail(5)).toMatchObject({ kind: 'ban' })
})

test('responses grow: first it waits, then it has less, then it is refused', () => {
  const { monitor, clock, tell } = setUp()
  const kinds: string[] = []
  for (let n = 0; n < 80; n++) {
    const response = tell({ kind: 'route.unknown', user: undefined, name: `/${n}` })
    if (response !== NOTHING) kinds.push(response.kind)
    if (n === 20) expect(monitor.tarpitOf(MALLORY)).toBe(2_000)
    clock.advance(100)
  }
  expect(kinds).toEqual(['tarpit', 'penalty', 'ban', 'ban'])
  expect(monitor.banOf(MALLORY)).toMatchObject({ rule: 'scanning', offence: 4 })
})

test('a decoy is touched once, whatever it is', () => {
  const honeypots = ['secrets', 'users.pin', 'GET /admin', 'key:AKIA']
  const touched: Partial<SecurityEvent>[] = [
    { kind: 'read', name: 'public.secrets' },
    { kind: 'name.unknown', name: 'secrets' },
    { kind: 'read', key: 'users.pin' },
    { kind: 'route.unknown', route: 'GET /admin' },
  ]
  for (const event of touched) {
    const { monitor, tell } = setUp({ honeypots })
    expect(tell(event)).toMatchObject({ kind: 'ban' })
    expect(monitor.banOf(MALLORY, 'ada')).toMatchObject({ rule: 'honeypot' })
  }
  const { monitor, tell } = setUp({ honeypots })
  expect(tell({ kind: 'read', name: 'public.orders', key: 'orders.id' })).toBe(NOTHING)
  expect(tell({ credentialHash: monitor.fingerprint('AKIA') })).toMatchObject({ kind: 'ban' })
  expect(setUp({ honeypots: ['x'] }).tell({ kind: 'read', tokenHash: 1 })).toBe(NOTHING)
})

test('a forged token counts, one signed with the key of before does not, an unsigned one is enough', () => {
  const { monitor, tell } = setUp()
  for (let token = 0; token < 50; token++) tell({ kind: 'auth.passed', tokenHash: token })
  for (let token = 0; token < 50; token++) tell({ kind: 'auth.tampered', tokenHash: token })
  expect(monitor.alerts()).toEqual([])
  expect(tell({ kind: 'auth.tampered', tokenHash: 1, reason: 'algorithm' })).toMatchObject({
    kind: 'tarpit',
  })
  expect(monitor.alerts()).toMatchObject([{ rule: 'unsigned-token' }])
  for (let token = 60; token < 90; token++)
    tell({ kind: 'auth.tampered', tokenHash: token, ip: '192.0.2.5' })
  expect(monitor.alerts()[0]).toMatchObject({
    rule: 'token-tampering',
    principal: { ip: '192.0.2.5' },
  })
})

test('what is undone is forgotten, with everything that was counted for it', () => {
  const { monitor, fail, decisions } = setUp()
  fail(5)
  const [ban] = monitor.measures()
  expect(monitor.undo(ban!.id, 'an operator')).toBe(true)
  expect(monitor.undo(ban!.id, 'an operator')).toBe(false)
  expect(monitor.loginBanOf(MALLORY, 'ada')).toBeUndefined()
  expect(decisions.map(({ kind }) => kind)).toEqual(['began', 'undone'])
  fail(4)
  expect(monitor.measures()).toEqual([])
  expect(fail(1)).toMatchObject({ measure: { offence: 1 } })
})

test('somebody can be refused by hand: an address, a user, a token', () => {
  const { monitor, clock } = setUp()
  const order = { forMs: 1_000, reason: 'a complaint' }
  monitor.ban({ ...order, ip: '2001:db8::1' }, 'me')
  monitor.ban({ ...order, user: 'eve' }, 'me')
  monitor.ban({ ...order, token: 7 }, 'me')
  monitor.ban({ ...order, ip: MALLORY, user: 'ada' }, 'me')
  expect(monitor.banOf('2001:db8::2')).toMatchObject({
    rule: 'by-hand',
    reason: 'a complaint (by me)',
  })
  expect(monitor.banOf('192.0.2.1', 'eve')).toBeDefined()
  expect(monitor.banOf('192.0.2.1', 'x', 7)).toMatchObject({ kind: 'revoke' })
  expect(monitor.banOf(MALLORY, 'ada')).toBeDefined()
  expect(monitor.report().measures.inForce).toBe(4)
  clock.advance(1_000)
  expect(monitor.report().measures.inForce).toBe(0)
})

test('an alert is told once in a while for the same, not in thousands, and the rest is counted', () => {
  const { monitor, fail, tell, clock } = setUp({ mode: 'watch' })
  fail(100)
  expect(monitor.alerts().filter(({ rule }) => rule === 'brute-force')).toHaveLength(1)
  clock.advance(600_000)
  fail(5)
  expect(monitor.alerts().filter(({ rule }) => rule === 'brute-force')).toHaveLength(2)
  for (let n = 0; n < 2_000; n++) {
    for (let time = 0; time < 5; time++)
      tell({ ip: `198.51.${n >> 8}.${n & 255}`, user: `user-${n}` })
  }
  const told = monitor.alerts().filter(({ rule }) => rule === 'brute-force')
  expect(told.length).toBeLessThanOrEqual(62)
  expect(monitor.report().alerts.suppressed).toBeGreaterThan(1_900)
})

test('what was found and done is recorded, and can be verified', () => {
  const journal: Parameters<typeof verifyChain>[0] extends Iterable<infer R> ? R[] : never = []
  const { monitor, fail } = setUp({
    secret: undefined,
    journal: record => void journal.push(record),
  })
  fail(5)
  monitor.undo(monitor.measures()[0]!.id, 'me')
  expect(journal.map(({ kind }) => kind)).toEqual(['began', 'alert', 'undone'])
  expect(verifyChain(journal, { head: monitor.report().chainHead }).records).toBe(3)
  expect(monitor.timeline({ user: 'ada' })).toEqual(journal)
  expect(monitor.timeline({ ip: MALLORY })).toEqual(journal)
  expect(monitor.timeline({ ip: '192.0.2.1' })).toEqual([])
})

test('rules change while it runs, and those that count the same go on', () => {
  const { monitor, fail, tell } = setUp()
  fail(4)
  monitor.setRules({
    'brute-force': { level: 'critical' },
    mine: { events: ['limit.refused'], threshold: 1 },
  })
  expect(fail(1)).toMatchObject({ kind: 'ban' })
  expect(monitor.alerts()[0]).toMatchObject({ level: 'critical', count: 5 })
  tell({ kind: 'limit.refused' })
  expect(monitor.alerts()[0]).toMatchObject({ rule: 'mine' })
  expect(() => monitor.setRules({ mine: {} })).toThrow(expect.objectContaining({ code: 'ST001' }))
})

test('whom a rule does not look at: users, roles, routes and addresses', () => {
  const unless = {
    users: ['ada'],
    roles: ['batch'],
    routes: ['/rpc/*', '/login'],
    ips: ['10.0.0.0/8'],
  }
  const { monitor, fail } = setUp({ rules: { 'brute-force': { unless } } })
  fail(5)
  fail(5, { user: 'b', role: 'batch' })
  fail(5, { user: 'c', route: '/rpc/login' })
  fail(5, { user: 'd', route: '/login' })
  fail(5, { user: 'e', ip: '10.1.1.1' })
  expect(monitor.measures()).toEqual([])
  fail(5, { user: 'f', route: '/logins', ip: '192.0.2.9' })
  expect(monitor.measures()).toHaveLength(1)
})

test('who listens badly disturbs nobody, and who has stopped hears nothing', () => {
  const { monitor, told, fail } = setUp()
  let heard = 0
  monitor.onAlert(() => {
    throw new Error('no')
  })
  const stop = monitor.onAlert(() => {
    heard++
  })
  const stopDecisions = monitor.onDecision(() => {
    heard++
  })
  fail(5)
  expect(heard).toBe(2)
  expect(told.map(({ kind }) => kind)).toEqual([
    'security.measure',
    'security.alert',
    'security.listener-failed',
  ])
  stop()
  stopDecisions()
  fail(5, { ip: '192.0.2.1', user: 'bob' })
  expect(heard).toBe(2)
})

test('a million users and addresses take no more than 64 MB', () => {
  const { bytes, rules } = createSecurityMonitor().report()
  expect(bytes).toBeLessThan(64_000_000)
  expect(rules.length).toBeGreaterThan(14)
})

test('fingerprints agree where the secret is the same, and nowhere else', () => {
  const [one, same, other] = ['x', 'x', undefined].map(secret =>
    createSecurityMonitor({ secret, principalsMax: 1_024 }),
  )
  expect(one!.fingerprint('hunter2')).toBe(same!.fingerprint('hunter2'))
  expect(one!.fingerprint('hunter2')).not.toBe(one!.fingerprint('hunter3'))
  expect(one!.fingerprint('hunter2')).not.toBe(other!.fingerprint('hunter2'))
})

test('a report names what was told and found', async () => {
  const { monitor, fail } = setUp()
  await monitor.start()
  fail(5)
  expect(monitor.report()).toMatchObject({
    mode: 'act',
    node: 'n',
    events: { 'auth.failed': 5, read: 0 },
    alerts: { told: 1, suppressed: 0 },
    sharing: undefined,
  })
  expect(monitor.report().rules.find(({ name }) => name === 'brute-force')).toMatchObject({
    found: 1,
    acted: 1,
  })
  await monitor.stop()
})
