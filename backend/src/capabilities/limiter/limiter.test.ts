import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import type { Decision } from './decision.ts'
import type { LimiterEvent } from './events.ts'
import { createLimiter, type LimiterSetup } from './limiter.ts'
import { subject } from './testing/subjects.ts'
import type { Cost, LimitRules } from './types.ts'

function setUp(rules: LimitRules, setup: LimiterSetup = {}) {
  const clock = fakeClock()
  const events: LimiterEvent[] = []
  const observe = (event: LimiterEvent): void => void events.push(event)
  const fixed = { clock, random: () => 0, observe, mode: 'enforce' } as const
  const limiter = createLimiter({ ...fixed, ...setup, rules })
  const decide = (who: Readonly<Record<string, string>>, cost?: Cost): Decision => {
    const decision = limiter.decideNow(subject(who), cost)
    if (decision === undefined) throw new Error('without Redis it always knows')
    return decision
  }
  /** How many of so many pass. */
  const passing = (who: Readonly<Record<string, string>>, tries: number): number =>
    Array.from({ length: tries }, () => decide(who)).filter(({ allowed }) => allowed).length
  return { limiter, clock, events, decide, passing }
}

const ann = { user: 'ann', ip: '192.0.2.1', role: 'member', endpoint: 'GET /orders' }
const bob = { ...ann, user: 'bob' }

test('the request after the last that a limit allows is refused, and told when to come again', () => {
  const { decide, passing, clock } = setUp({
    'per-user': { limit: 3, windowMs: 1_000, per: ['user'] },
  })
  expect(passing(ann, 3)).toBe(3)
  clock.advance(400)
  expect(decide(ann).refusal).toEqual({
    rule: 'per-user',
    code: 'ST401',
    status: 429,
    retryAfterMs: 600,
    message: "The limit 'per-user' is reached",
    details: 'It is 3 requests in 1 s for each user.',
  })
  expect(decide(bob).allowed).toBe(true)
  clock.advance(599)
  expect(decide(ann).refusal?.retryAfterMs).toBe(1)
  clock.advance(1)
  expect(decide(ann).allowed).toBe(true)
})

test('those who are refused together are told different times', () => {
  const rules = { all: { limit: 0, windowMs: 100_000 } }
  let drawn = 0
  const { decide } = setUp(rules, { random: () => (drawn++ % 3) / 4 })
  const times = [1, 2, 3].map(() => decide({}).refusal?.retryAfterMs)
  expect(new Set(times).size).toBe(3)
})

test('a steady flow is let through within one in a hundred of the limit', () => {
  const { decide, clock } = setUp({ all: { limit: 100, windowMs: 1_000 } })
  let passed = 0
  for (let ms = 0; ms < 60_000; ms += 2) {
    clock.advance(2)
    if (decide({}).allowed) passed++
  }
  expect(passed).toBeGreaterThanOrEqual(5_940)
  expect(passed).toBeLessThanOrEqual(6_000)
})

test('no second across an edge of the clock lets in twice as much', () => {
  const { passing, clock } = setUp({ all: { limit: 100, windowMs: 1_000 } })
  clock.advance(990)
  const before = passing({}, 150)
  clock.advance(20)
  expect(before + passing({}, 150)).toBe(100)
})

test('a fixed window begins again for all at the same time', () => {
  const { passing, decide, clock } = setUp({
    day: { algorithm: 'fixed', limit: 2, windowMs: 1_000, per: ['user'] },
  })
  clock.advance(900)
  expect([passing(ann, 3), passing(bob, 3)]).toEqual([2, 2])
  expect(decide(ann).refusal?.retryAfterMs).toBe(100)
  clock.advance(100)
  expect(passing(ann, 3)).toBe(2)
})

test('a burst passes at once, and then an even flow', () => {
  const { passing, clock } = setUp({
    flow: { algorithm: 'gcra', limit: 10, windowMs: 1_000, burst: 3 },
  })
  expect(passing({}, 10)).toBe(3)
  for (let n = 0; n < 20; n++) {
    clock.advance(100)
    expect(passing({}, 10)).toBe(1)
  }
  clock.advance(10_000)
  expect(passing({}, 10)).toBe(3)
})

test('so many at the same time, and whoever is never settled is forgotten', () => {
  const { limiter, decide, clock } = setUp({
    reports: { algorithm: 'concurrency', limit: 2, windowMs: 60_000, per: ['user'] },
  })
  const first = decide(ann)
  clock.advance(30_000)
  decide(ann)
  expect(decide(ann).refusal?.details).toBe('It is 2 requests at the same time for each user.')
  limiter.settle(first)
  limiter.settle(first) // Once is once.
  expect([decide(ann).allowed, decide(ann).allowed]).toEqual([true, false])
  clock.advance(60_000)
  expect(decide(ann).allowed).toBe(true)
})

test('nothing is charged when one of several refuses', () => {
  const { passing, decide } = setUp({
    'per-user': { limit: 5, per: ['user'] },
    'per-address': { limit: 7, per: ['ip'] },
  })
  expect(passing(ann, 100)).toBe(5)
  expect(passing(bob, 100)).toBe(2)
  expect(decide({ ...bob, ip: '192.0.2.2' }).claims[0]?.remaining).toBe(2)
})

test('a rule without its attribute does not hold', () => {
  const { decide } = setUp({ 'per-user': { limit: 1, per: ['user'] } })
  expect(decide({ ip: '192.0.2.1' }).claims).toEqual([])
})

test('keys put together of several values are never mistaken for each other', () => {
  const { passing } = setUp({ pair: { limit: 1, per: ['user', 'endpoint'] } })
  const pairs = [
    ['a', 'bc'],
    ['ab', 'c'],
    ['1:a', 'b'],
    ['', '1:ab'],
    ['a'.repeat(300), 'b'],
    ['a'.repeat(300), 'c'],
  ]
  for (const [user = '', endpoint = ''] of pairs) expect(passing({ user, endpoint }, 2)).toBe(1)
})

test('conditions choose subjects, a narrower rule replaces a wider one, and `none` exempts', () => {
  const { decide } = setUp({
    wide: { limit: 10, per: ['ip'] },
    orders: {
      limit: 2,
      per: ['ip'],
      when: { endpoint: ['GET /orders*', 'POST /orders'], role: '*' },
      unless: { role: 'clerk', 'claims.plan': 'gold' },
      replaces: ['wide'],
    },
    monitoring: { limit: 'none', when: { role: 'monitor' }, replaces: ['wide', 'orders'] },
  })
  const rulesFor = (who: Readonly<Record<string, string>>) =>
    decide({ ip: '192.0.2.1', ...who }).claims.map(({ rule }) => rule.name)
  const endpoint = 'GET /orders/7'
  expect(rulesFor({ endpoint, role: 'member' })).toEqual(['orders'])
  expect(rulesFor({ endpoint: 'POST /orders/7', role: 'member' })).toEqual(['wide'])
  expect(rulesFor({ endpoint })).toEqual(['wide'])
  expect(rulesFor({ endpoint, role: 'clerk' })).toEqual(['wide'])
  expect(rulesFor({ endpoint, role: 'member', 'claims.plan': 'gold' })).toEqual(['wide'])
  expect(rulesFor({ endpoint, role: 'monitor' })).toEqual([])
})

test('costs are charged as estimated and settled as they were', () => {
  const { limiter, decide, clock } = setUp({
    rows: { limit: 100, weight: 'rows', windowMs: 1_000 },
  })
  const left = () => decide({}, { rows: 0 }).claims[0]?.remaining
  const first = decide({}, { rows: 60 })
  expect(decide({}, { rows: 60 }).allowed).toBe(false)
  limiter.settle(first, { rows: 10 })
  expect(left()).toBe(90)
  limiter.settle(first, { rows: 0 })
  expect(left()).toBe(90)
  const unknown = decide({})
  limiter.settle(unknown, { rows: 200 }) // More than there was: what is known only afterwards.
  expect(decide({}).refusal?.retryAfterMs).toBe(1_000)
  clock.advance(1_000)
  limiter.settle(decide({}, { rows: 30 }))
  expect(left()).toBe(70)
})

test('what was charged in a window that is over is not given back', () => {
  for (const algorithm of ['sliding', 'fixed', 'gcra'] as const) {
    const { limiter, decide, clock } = setUp({
      rows: { algorithm, limit: 10, weight: 'rows', windowMs: 1_000 },
    })
    const old = decide({}, { rows: 10 })
    clock.advance(1_000)
    expect(decide({}, { rows: 10 }).allowed).toBe(true)
    limiter.settle(old, { rows: 0 })
    expect(decide({}, { rows: 1 }).allowed).toBe(false)
  }
})

test('what turns out to have cost more counts from then on, however long ago its window was over', () => {
  for (const algorithm of ['sliding', 'fixed', 'gcra'] as const) {
    const { limiter, decide, clock } = setUp({
      rows: { algorithm, limit: 10, weight: 'rows', windowMs: 1_000 },
    })
    const old = decide({}, { rows: 1 })
    clock.advance(1_000)
    limiter.settle(old, { rows: 10 })
    expect(decide({}, { rows: 2 }).allowed, algorithm).toBe(false)
    expect(decide({}, { rows: 1 }).allowed, algorithm).toBe(true)
  }
})

test('what costs more than a limit ever gives is refused', () => {
  const { decide } = setUp({ bytes: { limit: 100, weight: 'bytes', windowMs: 5_000 } })
  expect(decide({}, { bytes: 101 }).refusal?.retryAfterMs).toBe(5_000)
  expect(decide({}, { bytes: 100 }).allowed).toBe(true)
})

test('a rule that only looks refuses nobody, and counts whom it would have refused', () => {
  const rules = { strict: { limit: 1, per: ['user'], mode: 'shadow' }, wide: { limit: 5 } } as const
  const { limiter, decide, passing, events } = setUp(rules)
  expect(passing(ann, 3)).toBe(3)
  const decision = decide(ann)
  expect([decision.allowed, decision.shadowed]).toEqual([true, ['strict']])
  expect(limiter.report().rules[0]).toMatchObject({
    name: 'strict',
    decided: 4,
    refused: 0,
    shadowed: 3,
  })
  expect(events).toMatchObject([{ kind: 'limiter.shadowed', rule: 'strict', count: 1 }])
  expect(limiter.headersOf(decision)).toEqual({
    'ratelimit-policy': '"wide";q=5;w=60',
    ratelimit: '"wide";r=1;t=60',
  })
})

test('a limit that changes in the middle of a window keeps what was counted', () => {
  const rules = (limit: number): LimitRules => ({ 'per-user': { limit, per: ['user'] } })
  const { limiter, passing, events } = setUp(rules(5))
  expect(passing(ann, 9)).toBe(5)
  limiter.setRules(rules(7))
  expect(passing(ann, 9)).toBe(2)
  limiter.setRules(rules(3))
  expect(passing(ann, 9)).toBe(0)
  limiter.setRules({ 'per-user': { limit: 3, per: ['ip'] } })
  expect(passing(ann, 9)).toBe(3)
  expect(limiter.report().rules).toMatchObject([{ decided: 36, refused: 26 }])
  expect(events.filter(({ kind }) => kind === 'limiter.rules-changed')).toHaveLength(3)
  expect(() => limiter.setRules({ x: { limit: -1 } })).toThrow('limits.rules')
})

test('who is penalized has a part of the limits, for a while, and others have theirs', () => {
  const { limiter, passing, clock, events } = setUp({
    'per-user': { limit: 10, per: ['user'], windowMs: 1_000 },
    all: { limit: 1_000 },
  })
  limiter.penalize('user', 'ann', { share: 0.5, forMs: 10_000, reason: 'scanned' })
  limiter.penalize('user', 'ann', { share: 0.3, forMs: 5_000, reason: 'scanned more' })
  expect([passing(ann, 20), passing(bob, 20)]).toEqual([3, 10])
  clock.advance(9_999)
  expect(passing(ann, 20)).toBe(3)
  clock.advance(1)
  expect(limiter.report().penalties).toEqual([])
  expect(passing(ann, 20)).toBe(7) // The limit is whole again; three were used just now.
  limiter.penalize('ip', ann.ip, { share: 0, forMs: 1_000, reason: 'banned' })
  clock.advance(999)
  expect(passing(bob, 1)).toBe(0)
  clock.advance(1)
  expect(passing(bob, 1)).toBe(1)
  expect(events.filter(({ kind }) => kind === 'limiter.penalized')).toHaveLength(3)
})

test('the headers name every policy that holds, and the narrowest', () => {
  const { limiter, decide, clock } = setUp({
    burst: { limit: 5, windowMs: 1_500 },
    daily: { limit: 8, windowMs: 86_400_000, weight: 'rows' },
    open: { algorithm: 'concurrency', limit: 50 },
  })
  const decision = decide({}, { rows: 4 })
  expect(limiter.headersOf(decision)).toEqual({
    'ratelimit-policy':
      '"burst";q=5;w=2, "daily";q=8;qu="rows";w=86400, "open";q=50;qu="concurrent-requests"',
    ratelimit: '"daily";r=4;t=86400',
  })
  clock.advance(1_000)
  decide({}, { rows: 4 })
  expect(limiter.headersOf(decide({}, { rows: 1 }))['ratelimit']).toBe('"daily";r=0;t=86400')
  const silent = setUp({ all: { limit: 1 } }, { headers: false })
  expect(silent.limiter.headersOf(silent.decide({}))).toEqual({})
})

test('the report shows which keys are refused most, and no secrets', () => {
  const { limiter, passing } = setUp({
    'per-key': { limit: 1, per: ['apiKey'] },
    'per-address': { limit: 1, per: ['ip'] },
  })
  for (let n = 0; n < 30; n++) passing({ apiKey: `secret-${n}`, ip: `192.0.2.${n}` }, 2)
  passing({ apiKey: 'secret-7', ip: '192.0.2.7' }, 50)
  const [keys, addresses] = limiter.report().rules
  expect(JSON.stringify(keys)).not.toContain('secret')
  expect(keys?.top[0]?.key).toMatch(/^#[\da-f]{12}$/)
  expect(addresses?.top[0]?.key).toBe('192.0.2.7')
})

test('refusals are told once in a while, with how many there were', () => {
  const { passing, events, clock } = setUp({ all: { limit: 1, windowMs: 3_600_000 } })
  passing({}, 100)
  clock.advance(10_000)
  passing({}, 1)
  expect(events.map(event => 'count' in event && event.count)).toEqual([1, 99])
})
