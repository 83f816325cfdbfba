import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import { seed } from '../../../../tests/support/seed.ts'
import { createLimiter, type LimitRule } from '../../../capabilities/limiter/index.ts'
import { createSecurityMonitor, type SecurityEvent } from '../../../capabilities/security/index.ts'
import { createIdentity, signToken } from '../identity/index.ts'
import { createClientAddress } from './client-address.ts'
import { type Arriving, Guard } from './guard.ts'
import type { Visit } from './visit.ts'

// A kept answer takes the short way. Two guards that are the same live through the same: with one of them each request tries the short
// way first, with the other one it takes the whole way. Nothing that can be seen from outside may differ.

const SECRET = 'the guard is tested with this secret'

function guarded(rules: Readonly<Record<string, LimitRule>>) {
  const clock = fakeClock()
  const told: SecurityEvent[] = []
  const limiter = createLimiter({ mode: 'enforce', rules, clock, random: () => 0.5 })
  const monitor = createSecurityMonitor({
    ...{ mode: 'act', principalsMax: 1_024, clock, secret: SECRET },
    rules: {
      slow: { detector: 'count', events: ['limit.refused'], threshold: 3, response: ['tarpit'] },
    },
  })
  const identity = createIdentity(
    { secret: SECRET, anonRole: 'anon' },
    { clock, observe: () => undefined },
  )
  const guard = new Guard({
    clientAddress: createClientAddress({
      trustedProxies: [],
      forwardedHeader: 'x-forwarded-for',
    }),
    ...{ identity: () => identity, limiter, monitor, clock },
    record: event => void told.push(event),
  })
  return { guard, limiter, monitor, identity, clock, told }
}

type World = ReturnType<typeof guarded>
type End = Visit | { readonly code: string }

async function wholeWay({ guard }: World, asking: Arriving): Promise<End> {
  let visit: Visit | undefined
  try {
    visit = guard.arrive(asking, asked())
    await guard.identify(visit)
    await guard.admit(visit)
    return visit
  } catch (error) {
    const { code, status } = error as { code: string; status: number }
    if (visit !== undefined) guard.leave(visit, { code, status })
    return { code }
  }
}

/** As `Hits` does it: only for those who are known, and if it does not go the whole way. */
async function shortWay(world: World, asking: Arriving): Promise<End> {
  const { guard, identity } = world
  const who = identity.recall(asking.headers)
  const visit = who && guard.passNow(asking, asked(), who)
  return visit ?? wholeWay(world, asking)
}

const asked = () => ({ destination: { endpoint: '/books', table: 'books' }, cost: { embeds: 1 } })

const tokens = [undefined, 'ann', 'bob'].map(sub =>
  sub === undefined ? {} : authorized(signToken({ role: 'author', sub }, { secret: SECRET })),
)
const wrong = authorized(
  signToken({ role: 'author' }, { secret: 'some other secret of somebody else' }),
)

function authorized(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` }
}

const ips = fc.constantFrom('203.0.113.1', '203.0.113.2')
const rule = fc.record(
  {
    algorithm: fc.constantFrom('sliding', 'gcra', 'fixed', 'concurrency'),
    limit: fc.integer({ min: 0, max: 6 }),
    windowMs: fc.constantFrom(1_000, 60_000),
    per: fc.subarray(['ip', 'user', 'role', 'table']),
    when: fc.constantFrom({ role: 'author' }, { user: '*' }, { table: 'books' }),
    weight: fc.constantFrom('requests', 'rows', 'bytes', 'embeds'),
    mode: fc.constantFrom('enforce', 'shadow'),
  },
  { requiredKeys: ['limit', 'algorithm', 'windowMs', 'per'] },
) as fc.Arbitrary<LimitRule>
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('request' as const),
      ip: ips,
      headers: fc.constantFrom(...tokens, ...tokens, wrong),
      rows: fc.nat(3),
      stays: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('ban' as const),
      ip: ips,
      user: fc.constantFrom(undefined, 'ann'),
    }),
  },
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(10, 500, 30_000) }),
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

/** What of one step can be seen, with who is still inside. */
async function live(world: World, one: Step, way: typeof wholeWay, inside: Visit[]) {
  const { guard, monitor, clock } = world
  if (one.kind === 'wait') return clock.advance(one.ms)
  if (one.kind === 'ban') {
    const { ip, user } = one
    const order = { ip, forMs: 1_000, reason: 'r', ...(user === undefined ? {} : { user }) }
    return void monitor.ban(order, 'test')
  }
  const socket = { remoteAddress: one.ip }
  const headers = { ...one.headers }
  const end = await way(world, { headers, method: 'GET', url: '/books', socket })
  if ('code' in end) return end.code
  const seen = [guard.headersOf(end), end.user, end.token, end.identity?.role, guard.delayOf(end)]
  inside.push(end)
  if (one.stays) return seen
  for (const visit of inside.splice(0))
    guard.leave(visit, { status: 200, rows: one.rows, bytes: 5 })
  return seen
}

/** Who comes for the first time takes the whole way in both worlds, and which token is known is the same in both. */
test('the short way decides, counts and tells what the whole way would', async () => {
  let short = 0
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), rule, { minKeys: 1 }),
      fc.array(step, { minLength: 5, maxLength: 40 }),
      async (rules, steps) => {
        const [one, other] = [guarded(rules), guarded(rules)]
        const [here, there]: [Visit[], Visit[]] = [[], []]
        const { guard } = one
        const passNow = guard.passNow.bind(guard)
        guard.passNow = (...given) => {
          const visit = passNow(...given)
          if (visit !== undefined) short++
          return visit
        }
        for (const next of steps) {
          const seen = await live(one, next, shortWay, here)
          expect(seen).toEqual(await live(other, next, wholeWay, there))
        }
        expect(one.limiter.report()).toEqual(other.limiter.report())
        expect(one.told).toEqual(other.told)
      },
    ),
    { seed, numRuns: 100 },
  )
  expect(short).toBeGreaterThan(100)
})
