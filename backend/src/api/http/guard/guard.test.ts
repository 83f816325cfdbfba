import { describe, expect, test } from 'vitest'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import { ignoreEvents } from '../../../base/index.ts'
import {
  createLimiter,
  type LimitRule,
  type LoadSignal,
} from '../../../capabilities/limiter/index.ts'
import {
  createSecurityMonitor,
  type SecurityEvent,
  type SecurityOptions,
} from '../../../capabilities/security/index.ts'
import { createIdentity, signToken } from '../identity/index.ts'
import { createClientAddress } from './client-address.ts'
import { type Arriving, type ExpectedCosts, Guard } from './guard.ts'
import type { Visit } from './visit.ts'

const SECRET = 'the guard is tested with this secret'
const ASKED = { destination: { endpoint: '/books', table: 'books' }, cost: { embeds: 1 } }

interface Rooms {
  readonly rules?: Readonly<Record<string, LimitRule>>
  readonly security?: SecurityOptions
  readonly load?: () => LoadSignal
  readonly costs?: ExpectedCosts
  readonly anonRole?: string
  readonly anonymousIsOff?: boolean
}

function guarded(rooms: Rooms = {}) {
  const { rules = {}, security = {}, load, costs, anonymousIsOff = false } = rooms
  const clock = fakeClock()
  const told: SecurityEvent[] = []
  const limiter = createLimiter({ mode: 'enforce', rules, clock, load })
  const monitor = createSecurityMonitor({
    ...{ mode: 'act', principalsMax: 1_024, clock, ...security },
  })
  const anonRole = anonymousIsOff ? undefined : 'anon'
  const identity = createIdentity({ secret: SECRET, anonRole }, { clock, observe: ignoreEvents })
  const guard = new Guard({
    clientAddress: createClientAddress({
      trustedProxies: [],
      forwardedHeader: 'x-forwarded-for',
    }),
    ...{ identity: () => identity, limiter, monitor, costs, clock },
    record: event => void told.push(event),
  })
  const decided = (name: string) =>
    limiter.report().rules.find(rule => rule.name === name)?.decided ?? 0
  return { guard, limiter, monitor, identity, clock, told, decided }
}

function request(ip = '203.0.113.1', headers: Arriving['headers'] = {}): Arriving {
  return { headers, method: 'GET', url: '/books', socket: { remoteAddress: ip } }
}

const bearer = (claims: object, secret = SECRET) => ({
  authorization: `Bearer ${signToken({ role: 'author', ...claims }, { secret })}`,
})
const forged = (index: number) => bearer({ sub: `u${index}` }, 'somebody else has made a secret up')

/** The whole way. Answers with the code of the refusal, or with the visit. */
async function wayOf(guard: Guard, asking: Arriving): Promise<Visit | string> {
  try {
    const visit = guard.arrive(asking, ASKED)
    await guard.identify(visit)
    await guard.admit(visit)
    return visit
  } catch (error) {
    return (error as { code: string }).code
  }
}

async function codes(guard: Guard, requests: readonly Arriving[]): Promise<string[]> {
  const found = []
  for (const asking of requests) {
    const end = await wayOf(guard, asking)
    found.push(typeof end === 'string' ? end : 'in')
  }
  return found
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))
const BAN = { forMs: 60_000, reason: 'for the test' }
const PER_IP: LimitRule = { limit: 2, windowMs: 600_000, per: ['ip'] }

describe('who is refused before what', () => {
  test('an address that is banned has no token looked at, and is not counted', async () => {
    const { guard, monitor, decided, told } = guarded({ rules: { one: PER_IP } })
    monitor.ban({ ip: '203.0.113.1', ...BAN }, 'test')
    expect(await codes(guard, [request(), request('203.0.113.1', forged(1))])).toEqual([
      'ST430',
      'ST430',
    ])
    expect([decided('one'), told]).toEqual([0, []])
  })

  test('who may not log in any more has no signature checked, and who is in stays in', async () => {
    const { guard } = guarded({ rules: {} })
    const before = request('203.0.113.1', bearer({ sub: 'ann' }))
    expect(await codes(guard, [before])).toEqual(['in'])
    const ban = { detector: 'count', events: ['auth.passed'], threshold: 1 } as const
    const { guard: strict } = guarded({
      security: { rules: { one: { ...ban, per: 'ip', response: ['ban'], scope: 'login' } } },
    })
    const right = request('203.0.113.1', bearer({ sub: 'ann' }))
    const other = request('203.0.113.1', bearer({ sub: 'bob' }))
    expect(await codes(strict, [right, other, right, request()])).toEqual([
      'ST430', // With the very request that was too much.
      'ST430',
      'in', // Its token was seen before the ban.
      'in',
    ])
  })

  test('a user that is banned at this address, or a token, is not counted', async () => {
    const { guard, monitor, decided } = guarded({ rules: { one: PER_IP } })
    const asking = request('203.0.113.1', bearer({ sub: 'ann' }))
    const visit = (await wayOf(guard, asking)) as Visit
    monitor.ban({ ip: '203.0.113.1', user: 'ann', ...BAN }, 'test')
    expect(await codes(guard, [asking, request('203.0.113.1', bearer({ sub: 'bob' }))])).toEqual([
      'ST430',
      'in',
    ])
    monitor.ban({ token: visit.token!, ...BAN }, 'test')
    expect(await codes(guard, [request('203.0.113.2', asking.headers)])).toEqual(['ST430'])
    expect(decided('one')).toBe(2)
  })

  test('who is cut by load is not counted', async () => {
    const load = () => ({ poolWaitMs: 0, eventLoopLagMs: 0, breakerOpen: true })
    const { guard, limiter, clock, decided } = guarded({ rules: { one: PER_IP }, load })
    for (let turn = 0; turn < 200; turn++) {
      limiter.shed('normal')
      clock.advance(100)
    }
    expect(await codes(guard, [request()])).toEqual(['ST402'])
    expect(decided('one')).toBe(0)
  })
})

describe('who fails to log in', () => {
  test.each([
    ['with a wrong token', {}, forged(1), 'PGRST301'],
    ['with a token of another time', {}, bearer({ nbf: 3_600 }), 'PGRST303'],
    ['without a token that is demanded', { anonymousIsOff: true }, {}, 'PGRST302'],
  ] as const)('%s is counted all the same', async (_, rooms, headers, code) => {
    const { guard, decided } = guarded({ rules: { one: PER_IP }, ...rooms })
    const asking = () => request('203.0.113.1', { ...headers })
    const seen = await codes(guard, times(4, asking))
    expect(seen).toEqual([code, code, 'ST401', 'ST401'])
    expect(await codes(guard, [request('203.0.113.2', { ...headers })])).toEqual([code])
    expect(decided('one')).toBe(5)
  })

  test('is refused with the request that was one too many', async () => {
    const rule = { events: ['auth.tampered'], per: 'ip', of: 'token', threshold: 3 } as const
    const { guard, decided } = guarded({
      rules: { one: { ...PER_IP, limit: 100 } },
      security: { rules: { one: { ...rule, detector: 'distinct', response: ['ban'] } } },
    })
    const guesses = times(5, index => request('203.0.113.1', forged(index)))
    expect(await codes(guard, guesses)).toEqual([
      ...['PGRST301', 'PGRST301', 'ST430', 'ST430', 'ST430'],
    ])
    expect(decided('one')).toBe(2)
  })
})

describe('what is counted', () => {
  test('is counted once, though the short way was tried before', async () => {
    const { guard, identity, decided } = guarded({ rules: { one: { ...PER_IP, limit: 0 } } })
    const asking = request()
    expect(guard.passNow(asking, ASKED, identity.recall({})!)).toBeUndefined()
    expect(await codes(guard, [asking])).toEqual(['ST401'])
    expect(decided('one')).toBe(1)
    expect(await codes(guard, [request()])).toEqual(['ST401'])
    expect(decided('one')).toBe(2)
  })

  test.each([
    ['answered', { status: 200, rows: 3, bytes: 10 }],
    ['failed', { status: 500, code: 'ST900' }],
    ['given up by its client', { status: 499 }],
  ])('is settled once when it was %s', async (_, outcome) => {
    const rules: Rooms['rules'] = { few: { algorithm: 'concurrency', limit: 1, per: ['ip'] } }
    const { guard } = guarded({ rules })
    const visit = (await wayOf(guard, request())) as Visit
    expect(await codes(guard, [request()])).toEqual(['ST401'])
    guard.leave(visit, outcome)
    const other = (await wayOf(guard, request())) as Visit
    guard.leave(visit, outcome) // It has left: this must not let another one in.
    expect(other.decision?.allowed).toBe(true)
    expect(await codes(guard, [request()])).toEqual(['ST401'])
  })

  test('who leaves is told of once', async () => {
    const { guard, told } = guarded()
    const visit = (await wayOf(guard, request())) as Visit
    guard.leave(visit, { status: 200, rows: 3, bytes: 10 })
    guard.leave(visit, { status: 499 })
    expect(told).toMatchObject([{ kind: 'read', status: 200, rows: 3, bytes: 10 }])
  })

  test('rows and bytes are charged as they came, and a client that has gone is charged nothing more', async () => {
    const rule: LimitRule = { limit: 10, windowMs: 600_000, per: ['ip'], weight: 'rows' }
    const { guard } = guarded({ rules: { rows: rule } })
    const visit = (await wayOf(guard, request())) as Visit
    guard.leave(visit, { status: 200, rows: 9, bytes: 10 })
    const gone = (await wayOf(guard, request())) as Visit
    guard.leave(gone, { status: 499 })
    const last = (await wayOf(guard, request())) as Visit
    expect(guard.headersOf(last)['ratelimit']).toMatch(/"rows";r=1;/)
    guard.leave(last, { status: 200, rows: 1, bytes: 1 })
    expect(await codes(guard, [request()])).toEqual(['ST401'])
  })
})

describe('what a request costs the database', () => {
  const rule: LimitRule = { limit: 100, windowMs: 600_000, per: ['ip'], weight: 'cost' }

  test('is expected, and settled as it turns out, even after its client has left', async () => {
    const costs = { isCounted: true, expected: () => 60 }
    const { guard } = guarded({ rules: { cost: rule }, costs })
    const visit = (await wayOf(guard, request())) as Visit
    expect(visit.countsPlanCost).toBe(true)
    expect(await codes(guard, [request()])).toEqual(['ST401'])
    let tell: (cost: number) => void = () => undefined
    visit.planCost = new Promise<number>(resolve => (tell = resolve))
    guard.leave(visit, { status: 499 })
    expect(await codes(guard, [request()])).toEqual(['ST401'])
    tell(30)
    await visit.planCost
    expect(await codes(guard, [request()])).toEqual(['in'])
  })

  test('is no matter where no rule counts it', async () => {
    const expected = () => expect.unreachable()
    const { guard } = guarded({
      rules: { one: PER_IP },
      costs: { isCounted: false, expected },
    })
    const visit = (await wayOf(guard, request())) as Visit
    expect(visit.countsPlanCost).toBe(false)
  })
})
