import { expect, onTestFinished, test } from 'vitest'
import { ignoreEvents } from '../../base/index.ts'
import { createHttpApp, HTTP_DEFAULTS, type HttpOptions } from '../http/index.ts'
import { type MetricsServices, registerMetrics } from './index.ts'

const TOKEN = 'sixteen-characters'

function serve(services: Partial<MetricsServices> = {}, options: HttpOptions = {}) {
  const rules = { ...HTTP_DEFAULTS, ...options }
  const app = createHttpApp(() => rules, ignoreEvents)
  registerMetrics(app, {
    pool: () => ({ pools: [{ name: 'primary', budget: undefined }], lsn: 2n ** 60n }),
    circuits: () => ({ circuits: [] }),
    cache: () => ({ isEnabled: false }),
    token: () => undefined,
    reach: 'loopback',
    ...services,
  })
  onTestFinished(() => app.close())
  return (headers: Readonly<Record<string, string>> = {}, url = '/metrics/pool', from = '::1') =>
    app.inject({ url, headers: { host: 'localhost:3000', ...headers }, remoteAddress: from })
}

test('they are JSON that nobody keeps, with the headers of every answer', async () => {
  const ask = serve()
  const { statusCode, headers, body } = await ask()
  expect(statusCode).toBe(200)
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  expect(body).toBe('{"pools":[{"name":"primary","budget":null}],"lsn":"1152921504606846976"}')
  expect((await ask({}, '/metrics/circuits')).body).toBe('{"circuits":[]}')
  expect((await ask({}, '/metrics/cache')).body).toBe('{"isEnabled":false}')
})

test('they are only read', async () => {
  const rules = { ...HTTP_DEFAULTS }
  const app = createHttpApp(() => rules, ignoreEvents)
  onTestFinished(() => app.close())
  const services = { pool: () => ({}), circuits: () => ({}), cache: () => ({}), token: () => TOKEN }
  registerMetrics(app, { ...services, reach: 'loopback' })
  const ask = { method: 'POST', url: '/metrics/pool' } as const
  const host = 'localhost:3000'
  const authorization = `Bearer ${TOKEN}`
  const known = await app.inject({ ...ask, headers: { host, authorization }, remoteAddress: '::1' })
  expect(known).toMatchObject({ statusCode: 405, headers: { allow: 'GET, HEAD' } })
  const unknown = await app.inject({ ...ask, headers: { host }, remoteAddress: '::1' })
  expect(unknown.statusCode, 'and that only to those who may').toBe(401)
})

test('?pretty is for eyes', async () => {
  const ask = serve()
  const pretty = '{\n  "circuits": []\n}'
  expect((await ask({}, '/metrics/circuits?pretty')).body).toBe(pretty)
  expect((await ask({}, '/metrics/circuits?a=1&pretty=true')).body).toBe(pretty)
  expect((await ask({}, '/metrics/circuits?prettyish')).body).not.toBe(pretty)
})

test('with a token the token is demanded, wherever it is asked', async () => {
  for (const reach of ['admin', 'loopback', 'public'] as const) {
    const ask = serve({ token: () => TOKEN, reach })
    const missing = await ask()
    expect(missing).toMatchObject({
      statusCode: 401,
      headers: { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' },
    })
    expect(missing.json()).toMatchObject({ code: 'ST301' })
    for (const wrong of [
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(1)}`,
      'Bearer ',
      `Basic ${TOKEN}`,
    ]) {
      expect((await ask({ authorization: wrong })).json()).toMatchObject({ code: 'ST301' })
    }
    expect((await ask({ authorization: `bearer ${TOKEN}`, host: 'api.example' })).statusCode).toBe(
      200,
    )
  }
})

test('without a token everybody reads at the admin listener, and nobody in public', async () => {
  expect((await serve({ reach: 'admin' })({ host: 'node-1.internal' })).statusCode).toBe(200)
  const refused = await serve({ reach: 'public' })()
  expect(refused.statusCode).toBe(404)
  expect(refused.json()).toMatchObject({
    code: 'PGRST125',
    hint: expect.stringContaining('http.adminToken'),
  })
})

test('without a token a loopback address answers this machine, not whom a proxy or a page speaks for', async () => {
  const ask = serve({ reach: 'loopback' })
  for (const host of ['127.0.0.1:3000', '127.1.2.3', '[::1]:80', 'LOCALHOST']) {
    expect((await ask({ host })).statusCode, host).toBe(200)
  }
  for (const host of [
    'rebound.example',
    'localhost.example',
    '127.0.0.1.example:3000',
    '10.0.0.1',
  ]) {
    expect((await ask({ host })).statusCode, host).toBe(404)
  }
  for (const from of ['127.0.0.1', '::ffff:127.0.0.1']) {
    expect((await ask({}, undefined, from)).statusCode, from).toBe(200)
  }
  expect((await ask({}, undefined, '192.0.2.1')).statusCode).toBe(404)
  for (const name of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via']) {
    expect((await ask({ [name]: '192.0.2.1' })).statusCode, name).toBe(404)
  }
})

test('no page reads them but those of the listed origins', async () => {
  const origin = 'https://console.example'
  expect((await serve()({ origin })).headers).not.toHaveProperty('access-control-allow-origin')
  const listed = await serve({}, { corsOrigins: [origin] })({ origin })
  expect(listed.headers['access-control-allow-origin']).toBe(origin)
})

test('a token that changes holds at once', async () => {
  let token: string | undefined = undefined
  const ask = serve({ token: () => token })
  expect((await ask()).statusCode).toBe(200)
  token = TOKEN
  expect((await ask()).statusCode).toBe(401)
})
