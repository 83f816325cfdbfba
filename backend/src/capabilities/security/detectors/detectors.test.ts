import { expect, test } from 'vitest'
import type { SecurityRule } from '../rule.ts'
import { simulate, testRule } from '../test-rule.ts'
import type { SecurityEvent } from '../types.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const BEGIN = Date.UTC(2026, 0, 5)

type Part = Partial<SecurityEvent>

function read(atMs: number, more: Part = {}): SecurityEvent {
  const about = { ip: '192.0.2.1', user: 'ada', role: 'authenticated', route: 'GET /orders' }
  return { kind: 'read', atMs: BEGIN + atMs, ...about, rows: 1, ...more }
}

function several(count: number, make: (index: number) => SecurityEvent): SecurityEvent[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

test("a rule of one's own is tested as it is written", () => {
  const rule: SecurityRule = { events: ['access.denied'], per: 'user', threshold: 3, level: 'low' }
  const denied = (user: string) => several(2, n => read(n, { kind: 'access.denied', user }))
  expect(testRule(rule, [...denied('ada'), ...denied('eve')])).toEqual([])
  const found = testRule(rule, [...denied('ada'), ...denied('eve'), ...denied('ada')])
  expect(found).toMatchObject([{ rule: 'tested-rule', afterEvents: 5, level: 'low', count: 3 }])
})

test('what has no principal of the kind, or another reason, does not count', () => {
  const rule: SecurityRule = {
    events: ['auth.tampered'],
    reasons: ['signature'],
    per: 'token',
    threshold: 1,
  }
  const tampered = { kind: 'auth.tampered', tokenHash: 5 } as const
  expect(testRule(rule, [read(0, { kind: 'auth.tampered' })])).toEqual([])
  expect(testRule(rule, [read(0, { ...tampered, reason: 'algorithm' })])).toEqual([])
  expect(testRule(rule, [read(0, tampered)])).toMatchObject([{ principal: { kind: 'token' } }])
})

test.each(['role+route', 'all'] as const)('a rule may count per %s', per => {
  const rule: SecurityRule = { events: ['validation.refused'], per, threshold: 10 }
  const events = several(10, n =>
    read(n, { kind: 'validation.refused', ip: `192.0.2.${n}`, user: `u${n}` }),
  )
  expect(testRule(rule, events)).toMatchObject([{ principal: { kind: per }, count: 10 }])
})

test.each(['credential', 'user', 'ip', 'token', 'target'] as const)(
  'a rule may tell apart by %s',
  of => {
    const rule: SecurityRule = {
      detector: 'distinct',
      events: ['auth.failed'],
      per: 'all',
      of,
      threshold: 4,
    }
    const same = {
      kind: 'auth.failed',
      credentialHash: 1,
      tokenHash: 1,
      key: 'x',
      sought: 1,
    } as const
    expect(
      testRule(
        rule,
        several(20, n => read(n, same)),
      ),
    ).toEqual([])
    const events = several(4, n =>
      read(n, {
        ...same,
        credentialHash: n,
        tokenHash: n,
        user: `u${n}`,
        ip: `192.0.2.${n}`,
        sought: n,
      }),
    )
    expect(testRule(rule, events)).toMatchObject([{ afterEvents: 4 }])
  },
)

test('keys are found in any order, and also where all of them are there; a list read row by row is none', () => {
  const asked = (n: number, sought: number | string, more: Part = {}) =>
    read(n * 100, { key: 'orders.id', sought, ...more })
  expect(
    testRule(
      'id-enumeration',
      several(230, n => asked(n, n)),
    ),
  ).toEqual([])
  expect(
    testRule(
      'id-enumeration',
      several(250, n => asked(n, String(n))),
    ),
  ).toHaveLength(1)
  const shuffled = several(3_000, n => asked(n, (n * 7_919) % 100_003))
  expect(testRule('id-enumeration', shuffled)).toHaveLength(1)
  const names = several(3_000, n => asked(n, `name ${n % 40}`))
  expect(testRule('id-enumeration', names)).toEqual([])
  const slow = several(250, n => read(n * MINUTE_MS, { key: 'orders.id', sought: n }))
  expect(testRule('id-enumeration', slow)).toEqual([])
})

test('what somebody reads every day is usual for them, and no more than doubles in a day', () => {
  const nightly = (day: number, rows: number) =>
    several(rows / 1_000, n => read(day * DAY_MS + 2 * HOUR_MS + n * 1_000, { rows: 1_000 }))
  const days = [0, 1, 2, 3, 4].flatMap(day => nightly(day, 100_000))
  expect(testRule('mass-read', days)).toMatchObject([{ afterEvents: 50 }])
  expect(testRule('mass-read', [...days, ...nightly(5, 3_000_000)])).toHaveLength(2)
  // Ten times more each day is never usual.
  const grows = [50_000, 500_000, 3_000_000].flatMap((rows, day) => nightly(day, rows))
  expect(testRule('mass-read', grows)).toHaveLength(3)
})

test('bytes count as rows do, and nobody in particular has habits too', () => {
  const events = several(60, n => read(n, { user: undefined, rows: 0, bytes: 1_024_000 }))
  expect(testRule('mass-read', events)).toMatchObject([
    { principal: { kind: 'ip' }, count: 50_000 },
  ])
})

test('a telephone that changes its network is no stolen token, many addresses are', () => {
  const token = { tokenHash: 7, agentHash: 1 }
  const wanders = several(40, n =>
    read(n * MINUTE_MS, { ...token, ip: `192.0.2.${Math.floor(n / 4) % 2}` }),
  )
  expect(testRule('token-replay', wanders)).toEqual([])
  const everywhere = several(10, n => read(n * MINUTE_MS, { ...token, ip: `192.0.2.${n}` }))
  expect(testRule('token-replay', everywhere)).toMatchObject([{ afterEvents: 4, count: 4 }])
})

test('a server that speaks for many shows their tokens', () => {
  const passed = several(20, n => read(0, { kind: 'auth.passed', user: `u${n}`, ip: '192.0.2.80' }))
  const both = several(100, n =>
    read(2 * HOUR_MS + n, {
      tokenHash: 7,
      agentHash: n % 2,
      ip: n % 2 ? '192.0.2.80' : '192.0.2.1',
    }),
  )
  expect(testRule('token-replay', [...passed, ...both])).toEqual([])
})

/** Some days at so many requests a minute. */
function* traffic(days: number, perMinute: (minute: number) => number, more: Part = {}) {
  for (let minute = 0; minute < days * 1_440; minute++) {
    for (let n = 0; n < perMinute(minute); n++) yield read(minute * MINUTE_MS + n, more)
  }
}

const anomaly = { rules: { anomaly: { level: 'low' } }, principalsMax: 4_096 } as const
const anomalies = (events: Iterable<SecurityEvent>) =>
  simulate(events, anomaly).alerts.filter(({ rule }) => rule === 'anomaly')

test('ten times the requests of ever are told, those of every morning are not', () => {
  const isMorning = (minute: number) => minute % 1_440 >= 480 && minute % 1_440 < 500
  const usual = (minute: number) => (isMorning(minute) ? 120 : 4)
  const attack = (minute: number) => (minute === 4_000 ? 700 : usual(minute))
  expect(anomalies(traffic(3, usual)).length).toBeLessThanOrEqual(1) // The second morning may be a surprise.
  const found = anomalies(traffic(3, attack))
  expect(found.at(-1)?.summary).toContain('700 requests a minute')
})

test('a route that fails, or answers with many rows, is told after a day of it being otherwise', () => {
  const failing = function* (status: number, rows: number) {
    yield* traffic(2, () => 3)
    for (let n = 0; n < 60; n++) yield read(2 * DAY_MS + n * 1_000, { status, rows })
    yield read(2 * DAY_MS + 2 * MINUTE_MS)
  }
  expect(anomalies(failing(500, 1))).toMatchObject([
    { count: 60, summary: expect.stringContaining('failed') },
  ])
  expect(anomalies(failing(200, 5_000))).toMatchObject([{ count: 5_000 }])
})

test('what was raised step by step is told when a step is too high', () => {
  const poisoned = (minute: number) => 4 * 8 ** Math.floor(minute / 1_440)
  const found = anomalies(traffic(2.02, poisoned))
  expect(found.at(-1)?.summary).toContain('256 requests a minute')
})

test('the first request of a role to a route is told once both are known', () => {
  const first = [
    ...traffic(2, () => 1),
    read(2 * DAY_MS, { route: 'GET /salaries' }),
    read(2 * DAY_MS + 1, { route: undefined }),
  ]
  expect(anomalies(first)).toMatchObject([{ level: 'info', principal: { route: 'GET /salaries' } }])
})

test('a user who comes in with another program than ever is told of, once they are known', () => {
  const passed = (atMs: number, agentHash: number, more: Part = {}) =>
    read(atMs, { kind: 'auth.passed', agentHash, ...more })
  const days = several(3, day => passed(day * DAY_MS, 1))
  expect(anomalies([...days, passed(2 * DAY_MS + 1, 1)])).toEqual([])
  expect(anomalies([passed(0, 1), passed(HOUR_MS, 2)])).toEqual([])
  const other = [passed(2 * DAY_MS + 1, 2), passed(2 * DAY_MS + 2, 2)]
  expect(anomalies([...days, ...other])).toMatchObject([
    { level: 'info', principal: { kind: 'user', user: 'ada' } },
  ])
  // Where many come from there is always somebody with a new one.
  const many = several(20, n => passed(2 * DAY_MS, 1, { user: `u${n}` }))
  expect(anomalies([...days, ...many, ...other])).toEqual([])
})

test('a token that was at two addresses is followed, however many others come between', () => {
  const at = (minute: number, last: number) =>
    read(minute * MINUTE_MS, { tokenHash: 7, agentHash: 1, ip: `192.0.2.${last}` })
  const others = (minute: number) =>
    several(3_000, n => read(minute * MINUTE_MS, { tokenHash: 100 + n, user: `u${n}` }))
  const events = [at(0, 1), at(0, 2), ...others(1), at(2, 3), ...others(3), at(4, 4)]
  expect(testRule('token-replay', events, { principalsMax: 4_096 })).toMatchObject([
    { principal: { kind: 'token', token: 7 }, count: 4 },
  ])
})

test('whoever counts keys up is found, however many others ask for one between', () => {
  const asked = (n: number, sought: number, user: string) =>
    read(n * 100, { key: 'orders.id', sought, user, rows: 0 })
  const events = Array.from({ length: 70 }, (_, n) => [
    asked(n, 2 * n, 'mallory'),
    asked(n, 2 * n + 1, 'mallory'),
    ...several(300, other => asked(n, other, `u${n}-${other}`)),
  ]).flat()
  expect(testRule('id-enumeration', events, { principalsMax: 4_096 })).toMatchObject([
    { principal: { user: 'mallory' } },
  ])
})

test('guess, get in, and take everything: one after the other, and not in another order', () => {
  const failures = several(5, n =>
    read(n * MINUTE_MS * 3, { kind: 'auth.failed', credentialHash: n }),
  )
  const passed = read(20 * MINUTE_MS, { kind: 'auth.passed' })
  const pages = several(10, n => read((21 + n) * MINUTE_MS, { rows: 1_000 }))
  expect(testRule('exfiltration', [...failures, passed, ...pages])).toMatchObject([
    { level: 'critical' },
  ])
  expect(
    testRule('exfiltration', [...failures, passed, read(22 * MINUTE_MS, { rows: 10_000 })]),
  ).toHaveLength(1)
  expect(testRule('exfiltration', [...failures, ...pages])).toEqual([])
  expect(testRule('exfiltration', [passed, ...failures, ...pages])).toEqual([])
  const repeated = failures.map(event => ({ ...event, credentialHash: 1 }))
  expect(testRule('exfiltration', [...repeated, passed, ...pages])).toEqual([])
  const late = pages.map(event => ({ ...event, atMs: event.atMs + 2 * HOUR_MS }))
  expect(testRule('exfiltration', [...failures, passed, ...late])).toEqual([])
})

test('a broken page that asks for what it may not is no probing', () => {
  const denied = several(500, n =>
    read(n * 100, { kind: 'access.denied', route: `GET /t${n % 3}` }),
  )
  expect(testRule('rls-probing', denied)).toEqual([])
  const mostly = several(400, n =>
    read(n * 100, n % 20 === 0 ? { kind: 'access.denied', route: `GET /t${n}` } : {}),
  )
  expect(testRule('rls-probing', mostly)).toEqual([])
})

test('without its fingerprint each wrong credential is another one, without a user too', () => {
  const failures = (more: Part) => several(5, n => read(n, { kind: 'auth.failed', ...more }))
  expect(testRule('brute-force', failures({}))).toMatchObject([{ principal: { kind: 'user+ip' } }])
  expect(testRule('brute-force', failures({ user: undefined }))).toMatchObject([
    { principal: { kind: 'ip' } },
  ])
})

test('one user from several addresses is told of as a user, and refused nowhere', () => {
  const failures = several(5, n =>
    read(n, { kind: 'auth.failed', credentialHash: n, ip: `192.0.2.${n}` }),
  )
  const { alerts, measures } = simulate(failures, { mode: 'act', principalsMax: 4_096 })
  expect(alerts).toMatchObject([{ principal: { kind: 'user', user: 'ada' }, outcome: 'logged' }])
  expect(measures).toEqual([])
})
