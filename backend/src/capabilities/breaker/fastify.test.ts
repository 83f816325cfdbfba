import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { createBreakers } from './breakers.ts'
import { createChaos } from './chaos.ts'
import { type BreakersPluginOptions, breakersPlugin } from './fastify.ts'

const apps: FastifyInstance[] = []
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

async function setUp(options: BreakersPluginOptions = {}) {
  const app = fastify()
  apps.push(app)
  await app.register(breakersPlugin, { setup: { failuresToOpen: 2 }, ...options })
  return app
}

test('a route that fails is spared further requests: 503 as problem+json, with Retry-After', async () => {
  const app = await setUp()
  let calls = 0
  const onResponse = async () => {
    calls++
  }
  app.get('/reports', { config: { breaker: 'reports' }, onResponse }, async () => {
    throw new Error('the warehouse is down')
  })
  for (let n = 0; n < 2; n++) expect((await app.inject('/reports')).statusCode).toBe(500)
  const refused = await app.inject('/reports')
  expect(refused.statusCode).toBe(503)
  expect(refused.headers).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
    'retry-after': '60',
  })
  expect(refused.json()).toEqual({
    title: "'reports' is resting after repeated failures",
    status: 503,
    code: 'ST501',
    detail: 'Try again in 60 s.',
  })
  expect(calls).toBe(3) // The route's own hook still runs.
  expect(app.breakers.status()).toMatchObject([{ name: 'reports', state: 'open', refused: 1 }])
})

test('errors of the client, and answers of any way of sending, close what they should', async () => {
  const app = await setUp()
  const statuses = [500, 404, 500, 501, 500, 204]
  app.get('/x', { config: { breaker: 'x' } }, (_request, reply) => {
    setImmediate(() => void reply.code(statuses.shift() ?? 200).send())
  })
  for (let n = 0; n < 6; n++) await app.inject('/x')
  expect(app.breakers.get('x').status()).toMatchObject({
    state: 'closed',
    running: 0,
    failuresInARow: 0,
    window: { calls: 6, failures: 3 },
  })
})

test('a route can have options of its own, and answer something else', async () => {
  const breakers = createBreakers()
  const app = await setUp({ breakers })
  const breaker = { name: 'prices', failuresToOpen: 1, fallback: () => ({ price: 'yesterday' }) }
  app.get('/prices', { config: { breaker } }, (_request, reply) => reply.code(502).send())
  app.get('/free', () => 'fine')
  await app.inject('/prices')
  expect((await app.inject('/prices')).json()).toEqual({ price: 'yesterday' })
  expect((await app.inject('/free')).body).toBe('fine')
  expect(breakers.all()).toHaveLength(1)
})

test('plugins beside it see the breakers too', async () => {
  const app = await setUp()
  await app.register(async inner => {
    inner.get('/inner', { config: { breaker: 'inner' } }, async () => inner.breakers.all().length)
  })
  expect((await app.inject('/inner')).body).toBe('1')
})

test('a client that goes away says nothing about the route', async () => {
  const app = await setUp()
  let begun: () => void = () => undefined
  const started = new Promise<void>(resolve => (begun = resolve))
  app.post('/slow', { config: { breaker: 'slow' } }, (_request, reply) => {
    begun()
    reply.raw.once('close', () => void reply.code(500).send())
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const client = httpRequest({ port, host: '127.0.0.1', path: '/slow', method: 'POST' }).end()
  const closed = new Promise(resolve => client.once('close', resolve))
  client.on('error', () => undefined)
  await started
  client.destroy()
  await closed
  const breaker = app.breakers.get('slow')
  await expect.poll(() => breaker.status().running, { timeout: 20_000 }).toBe(0)
  expect(breaker.status()).toMatchObject({ state: 'closed', window: { calls: 0 } })
})

test('an experiment is judged by the breaker of its route, and the handler answers as ever when it ends', async () => {
  const token = 'a token of enough length'
  const chaos = createChaos({ isEnabled: true, token })
  const app = await setUp({ chaos })
  app.get('/x', { config: { breaker: 'x' } }, (_request, reply) => {
    setImmediate(() => void reply.send('later'))
  })
  const answerTo = async () => (await app.inject('/x')).body
  const fails = { target: '/x', fault: { kind: 'error' }, forMs: 60_000 } as const
  const id = chaos.start(fails, token)
  for (let n = 0; n < 2; n++) expect(await answerTo()).toContain('ST509')
  expect(await answerTo()).toContain('ST501')
  chaos.stop(id)
  app.breakers.get('x').release()
  chaos.start({ ...fails, fault: { kind: 'latency', latencyMs: 1 } }, token)
  expect(await answerTo()).toBe('later')
})

test('an experiment may be about a route', async () => {
  const token = 'a token of enough length'
  const chaos = createChaos({ isEnabled: true, token })
  const app = await setUp({ chaos })
  app.get('/items/:id', () => 'fine')
  const id = chaos.start({ target: '/items/:id', fault: { kind: 'error' }, forMs: 60_000 }, token)
  expect((await app.inject('/items/1')).json()).toMatchObject({ code: 'ST509', statusCode: 503 })
  chaos.stop(id)
  expect((await app.inject('/items/1')).statusCode).toBe(200)
})
