import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { type LimiterPluginOptions, limiterPlugin } from './fastify.ts'
import { createLimiter } from './limiter.ts'

const apps: FastifyInstance[] = []
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

async function setUp(options: LimiterPluginOptions) {
  const app = fastify({ trustProxy: true })
  apps.push(app)
  await app.register(limiterPlugin, options)
  return app
}

const from = (ip: string) => ({ headers: { 'x-forwarded-for': ip } })

test('over the limit is 429 as problem+json, with the headers that say when and why', async () => {
  const rules = { 'per-address': { limit: 2, windowMs: 60_000, per: ['ip'] } }
  const app = await setUp({ setup: { rules, mode: 'enforce', random: () => 0 } })
  app.get('/', async () => 'hello')
  const first = await app.inject({ url: '/', ...from('192.0.2.1') })
  expect(first.headers).toMatchObject({
    'ratelimit-policy': '"per-address";q=2;w=60',
    ratelimit: '"per-address";r=1;t=60',
  })
  await app.inject({ url: '/', ...from('192.0.2.1') })
  const refused = await app.inject({ url: '/', ...from('192.0.2.1') })
  expect(refused.statusCode).toBe(429)
  expect(refused.headers).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
    'retry-after': '60',
    ratelimit: '"per-address";r=0;t=60',
  })
  expect(refused.json()).toEqual({
    title: "The limit 'per-address' is reached",
    status: 429,
    code: 'ST401',
    detail: 'It is 2 requests in 60 s for each ip.',
  })
  expect((await app.inject({ url: '/', ...from('192.0.2.2') })).statusCode).toBe(200)
})

test('a route has its own limit beside the others, shares it by name, or has none at all', async () => {
  const app = await setUp({ setup: { rules: { all: { limit: 5, mode: 'enforce' } } } })
  const limit = { name: 'sign-in', limit: 2, per: ['ip'] }
  app.post('/login', { config: { limit } }, async () => 'in')
  app.post('/login/:way', { config: { limit } }, async () => 'in')
  app.get('/live', { config: { limit: false } }, async () => 'alive')
  const posts = ['/login', '/login/a', '/login/b', '/login']
  const statuses = async (method: 'GET' | 'POST', urls: readonly string[]) => {
    const found: number[] = []
    for (const url of urls) found.push((await app.inject({ method, url })).statusCode)
    return found
  }
  expect(await statuses('POST', posts)).toEqual([200, 200, 429, 429])
  expect(await statuses('GET', ['/x', '/x', '/x', '/x'])).toEqual([404, 404, 404, 429])
  expect(await statuses('GET', ['/live', '/live'])).toEqual([200, 200])
})

test('rules may ask for what the server knows of a request, once it knows it', async () => {
  const rules = { 'per-user': { limit: 1, per: ['user'] } }
  const app = await setUp({
    hook: 'preHandler',
    attributes: { user: request => request.headers.authorization },
    setup: { rules, mode: 'enforce' },
  })
  app.get('/', async () => 'hello')
  const as = async (authorization?: string) =>
    (await app.inject({ url: '/', headers: authorization === undefined ? {} : { authorization } }))
      .statusCode
  expect([await as('ann'), await as('ann'), await as('bob')]).toEqual([200, 429, 200])
  expect([await as(), await as()]).toEqual([200, 200])
})

test('concurrency ends with the answer, and what an answer has cost is charged after it', async () => {
  const limiter = createLimiter({
    mode: 'enforce',
    rules: {
      running: { algorithm: 'concurrency', limit: 1 },
      rows: { limit: 10, weight: 'rows' },
      bytes: { limit: 1_000, weight: 'bytes' },
    },
  })
  const app = await setUp({ limiter })
  const waiting: (() => void)[] = []
  app.get('/slow', async () => new Promise<string>(resolve => waiting.push(() => resolve('done'))))
  app.get('/rows', (_request, reply) => reply.tellCost({ rows: 10 }).send('x'.repeat(400)))
  const slow = app.inject('/slow')
  await expect.poll(() => waiting.length).toBe(1)
  expect((await app.inject('/slow')).statusCode).toBe(429)
  waiting[0]?.()
  expect((await slow).statusCode).toBe(200)
  expect((await app.inject('/rows')).statusCode).toBe(200)
  const refused = await app.inject('/rows')
  expect(refused.json()).toMatchObject({ detail: 'It is 10 rows in 60 s for all together.' })
  const [, , bytes] = limiter.decideNow({ attribute: () => undefined })?.claims ?? []
  expect(bytes?.remaining).toBe(1_000 - 400 - 'done'.length)
})

test('what one connection asks is counted one by one', async () => {
  const app = await setUp({
    setup: { rules: { messages: { limit: 3, per: ['ip'], mode: 'enforce' } } },
  })
  app.get('/stream', async request => {
    const answers: boolean[] = []
    for (let n = 0; n < 3; n++)
      answers.push((await app.limiter.decide(request.limitSubject)).allowed)
    return answers
  })
  expect((await app.inject('/stream')).json()).toEqual([true, true, false])
})

test('keys are counted by their digest, and an IPv6 network is one client', async () => {
  const rules = {
    'per-key': { limit: 1, per: ['apiKey'] },
    'per-address': { limit: 1, per: ['ip'] },
  }
  const app = await setUp({ setup: { rules, mode: 'enforce' } })
  app.get('/', async request => ['apiKey', 'ip'].map(name => request.limitSubject.attribute(name)))
  const answer = await app.inject({
    url: '/',
    headers: { 'x-api-key': 'secret', 'x-forwarded-for': '2001:db8:1:2:3::4' },
  })
  expect(answer.json()).toEqual([
    'K7gNU3sdo-OL0wNhqoVWhr3g6s1xYv72ol_pe_Unols',
    '2001:db8:1:2::/64',
  ])
  const next = await app.inject({ url: '/', ...from('2001:db8:1:2:ffff::1') })
  expect(next.statusCode).toBe(429)
})

test('while there is not room for all, the less important are 503', async () => {
  const load = () => ({ poolWaitMs: 0, eventLoopLagMs: 0, breakerOpen: true })
  const clock = fakeClock()
  const priorities = { 'endpoint=GET /reports': 'low', 'endpoint=GET /health': 'critical' } as const
  const app = await setUp({ setup: { priorities, load, clock } })
  for (const url of ['/reports', '/health']) app.get(url, async () => 'hello')
  const refused = async (url: string) => {
    let count = 0
    for (let n = 0; n < 20; n++) {
      clock.advance(100)
      const { statusCode, headers } = await app.inject(url)
      if (statusCode !== 503) continue
      expect(headers['retry-after']).toMatch(/^\d+$/)
      count++
    }
    return count
  }
  expect(await refused('/reports')).toBeGreaterThan(0)
  expect(await refused('/health')).toBe(0)
})
