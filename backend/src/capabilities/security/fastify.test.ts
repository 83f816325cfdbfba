import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { securityPlugin, type SecurityPluginOptions } from './fastify.ts'
import { createSecurityMonitor } from './monitor.ts'

const apps: FastifyInstance[] = []
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

interface Login {
  readonly user: string
  readonly password: string
}

async function setUp(options: SecurityPluginOptions = {}) {
  const app = fastify()
  apps.push(app)
  const rules = { scanning: { threshold: 3, tarpitMs: 5, response: ['tarpit', 'ban'] } } as const
  const setup = { mode: 'act', principalsMax: 4_096, rules, honeypots: ['key:decoy'] } as const
  const userOf = (request: { headers: Record<string, unknown> }) =>
    request.headers['x-user'] as string | undefined
  await app.register(securityPlugin, { setup, userOf, ...options })
  const login = ({ body }: { body: unknown }) => (body as Login).user
  app.post('/login', { config: { security: { login } } }, (request, reply) => {
    const { user, password } = request.body as Login
    if (password === 'right') {
      request.tellSecurity({ kind: 'auth.passed', user })
      return reply.send('in')
    }
    const credentialHash = app.security.fingerprint(password)
    request.tellSecurity({ kind: 'auth.failed', user, credentialHash, status: 401 })
    return reply.code(401).send('out')
  })
  app.get('/orders', () => 'orders')
  const logIn = async (password: string, user = 'ada') =>
    (await app.inject({ method: 'POST', url: '/login', payload: { user, password } })).statusCode
  return { app, logIn }
}

test('the fifth wrong password is refused, then the right one too, and whoever is in stays in', async () => {
  const { app, logIn } = await setUp()
  const statuses: number[] = []
  for (const password of ['a', 'b', 'b', 'b', 'c', 'd', 'e', 'right'])
    statuses.push(await logIn(password))
  expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 403, 403])
  expect(await logIn('right', 'bob')).toBe(200)
  expect((await app.inject({ url: '/orders', headers: { 'x-user': 'ada' } })).statusCode).toBe(200)
  expect(app.security.alerts()).toMatchObject([{ rule: 'brute-force', count: 5 }])
})

test('a scanner waits, and is then refused as a problem document', async () => {
  const { app } = await setUp()
  const statuses: number[] = []
  for (let n = 0; n < 6; n++) statuses.push((await app.inject(`/${n}.php?x=1`)).statusCode)
  expect(statuses).toEqual([404, 404, 404, 404, 404, 403])
  const refused = await app.inject('/orders')
  expect(refused.statusCode).toBe(403)
  expect(refused.headers).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
    'retry-after': '600',
  })
  expect(refused.json()).toMatchObject({ status: 403, code: 'ST430' })
  expect(refused.body).not.toContain('scanning')
})

test('a user at an address is refused once it is known who asks', async () => {
  const monitor = createSecurityMonitor({ principalsMax: 1_024 })
  const { app } = await setUp({ monitor })
  monitor.ban({ ip: '127.0.0.1', user: 'eve', forMs: 60_000, reason: 'x' }, 'me')
  const ask = async (user: string) =>
    (await app.inject({ url: '/orders', headers: { 'x-user': user } })).statusCode
  expect([await ask('eve'), await ask('ada')]).toEqual([403, 200])
  expect(app.security).toBe(monitor)
})
