import { expect, onTestFinished, test } from 'vitest'
import { ignoreEvents } from '../../base/index.ts'
import { createChaos } from '../../capabilities/breaker/index.ts'
import { createHttpApp, HTTP_DEFAULTS } from '../http/index.ts'
import { CHAOS_PATH, type ChaosServices, registerChaos } from './index.ts'

const token = 'a-token-of-chaos'
const authorization = `Bearer ${token}`
const host = 'localhost:3000'
const freeze = { target: 'db1:5432', fault: { kind: 'freeze' }, forMs: 60_000 }

interface Asked {
  readonly method?: 'GET' | 'POST' | 'DELETE' | 'PUT'
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly from?: string
}

function serve(services: Partial<ChaosServices> = {}) {
  const app = createHttpApp(() => HTTP_DEFAULTS, ignoreEvents)
  const chaos = createChaos({ isEnabled: true, token })
  registerChaos(app, {
    ...{ chaos, token, reach: 'loopback', targets: ['db1:5432', 'db2:5432'] },
    ...services,
  })
  onTestFinished(() => {
    chaos.stop()
    return app.close()
  })
  const ask = ({ method = 'GET', url = CHAOS_PATH, headers, body, from = '::1' }: Asked = {}) =>
    app.inject({
      ...{ method, url, remoteAddress: from, headers: { host, authorization, ...headers } },
      ...(body !== undefined && {
        payload: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    })
  const form = { 'content-type': 'application/x-www-form-urlencoded' } // As curl says by itself.
  return { chaos, ask, post: (body: unknown) => ask({ method: 'POST', body, headers: form }) }
}

test('an experiment is begun, seen and ended', async () => {
  const { ask, post } = serve()
  const begun = await post({ ...freeze, probability: 0.5 })
  expect(begun.statusCode).toBe(201)
  expect(begun.json()).toEqual({ id: 'chaos-1' })
  expect(begun.headers).toMatchObject({ location: '/chaos/chaos-1', 'cache-control': 'no-store' })
  expect((await ask()).json()).toEqual({
    isEnabled: true,
    experiments: [
      {
        ...{ id: 'chaos-1', target: 'db1:5432', fault: 'freeze', probability: 0.5, hits: 0 },
        endsAt: expect.any(Number),
      },
    ],
    targets: ['db1:5432', 'db2:5432'],
  })
  expect((await ask({ method: 'DELETE', url: '/chaos/chaos-1' })).statusCode).toBe(204)
  const again = await ask({ method: 'DELETE', url: '/chaos/chaos-1' })
  expect(again.statusCode).toBe(404)
  expect(again.json()).toMatchObject({ code: 'ST516' })
})

test('all are ended at once', async () => {
  const { chaos, ask, post } = serve()
  await post(freeze)
  await post({ ...freeze, target: '*' })
  expect(chaos.status().experiments).toHaveLength(2)
  expect((await ask({ method: 'DELETE' })).statusCode).toBe(204)
  expect(chaos.status().experiments).toEqual([])
})

test('times are written as in the configuration, and a fault that needs nothing stands alone', async () => {
  const { chaos, post } = serve()
  for (const fault of [
    'freeze',
    'error',
    { kind: 'error' },
    { kind: 'latency', latencyMs: '1s' },
    { kind: 'latency', latencyMs: 1, jitterMs: 1 },
  ]) {
    expect((await post({ target: '*', fault, forMs: '5min' })).statusCode).toBe(201)
  }
  const faults = chaos.status().experiments.map(({ fault, probability }) => [fault, probability])
  expect(faults.map(([fault]) => fault)).toEqual(['freeze', 'error', 'error', 'latency', 'latency'])
  expect(faults.every(([, probability]) => probability === 1)).toBe(true)
})

test('a failing node fails as one that cannot be reached', async () => {
  const { chaos, post } = serve()
  await post({ ...freeze, fault: 'error' })
  await expect(chaos.disturb('db1:5432')).rejects.toMatchObject({
    code: 'PGRST000',
    cause: { code: 'ST509' },
  })
})

test.each<[string, unknown, RegExp]>([
  ['nothing', undefined, /not JSON/],
  ['no JSON', '{"target":', /not JSON/],
  ['no object', [freeze], /not an object/],
  ['an unknown member', { ...freeze, formMs: 1 }, /no 'formMs'/],
  [
    'an unknown member of the fault',
    { ...freeze, fault: { kind: 'freeze', for: 1 } },
    /'fault.for'/,
  ],
  ['a member of another fault', { ...freeze, fault: { kind: 'error', latencyMs: 1 } }, /latencyMs/],
  ['no target', { ...freeze, target: undefined }, /target must be .*missing/],
  ['a node that there is not', { ...freeze, target: 'db3:5432' }, /no node 'db3:5432'/],
  ['no fault', { ...freeze, fault: undefined }, /fault.kind must be .*missing/],
  ['null for a fault', { ...freeze, fault: null }, /not an object/],
  [
    'another fault',
    { ...freeze, fault: 'explode' },
    /one of error, freeze, latency, not "explode"/,
  ],
  ['a latency without a time', { ...freeze, fault: 'latency' }, /fault.latencyMs must be/],
  ['no end', { ...freeze, forMs: undefined }, /forMs must be .*missing/],
  ['more than an hour', { ...freeze, forMs: '61min' }, /forMs must be/],
  ['no share', { ...freeze, probability: 1.1 }, /probability must be a number from 0 to 1/],
])('%s is refused, with what is wrong', async (_what, body, message) => {
  const { chaos, post } = serve()
  const { statusCode, ...answer } = await post(body)
  expect({ statusCode, ...answer.json() }).toEqual({
    ...{ statusCode: 400, code: 'ST515', details: null },
    ...{ hint: expect.stringMatching(/./), message: expect.stringMatching(message) },
  })
  expect(chaos.status().experiments).toEqual([])
})

test('what was perhaps meant is told', async () => {
  const { post } = serve()
  const hintOf = async (body: object) => (await post(body)).json<{ hint: string }>().hint
  expect(await hintOf({ ...freeze, formMs: 1 })).toBe("Perhaps you meant 'forMs'.")
  expect(await hintOf({ ...freeze, target: 'db1:5433' })).toBe("Perhaps you meant 'db1:5432'.")
  expect(await hintOf({ ...freeze, target: 'replica' })).toBe(
    'There are db1:5432, db2:5432, and * for all.',
  )
})

test('nothing is done without the token, wherever it is asked', async () => {
  for (const reach of ['admin', 'loopback'] as const) {
    const { chaos, ask } = serve({ reach })
    for (const [method, url] of [
      ['GET', CHAOS_PATH],
      ['POST', CHAOS_PATH],
      ['DELETE', CHAOS_PATH],
      ['DELETE', '/chaos/chaos-1'],
    ] as const) {
      for (const wrong of ['', `Bearer ${token}x`, `Basic ${token}`]) {
        const headers = { authorization: wrong }
        const { statusCode, ...answer } = await ask({ method, url, headers, body: freeze })
        expect(statusCode).toBe(401)
        expect(answer.json()).toMatchObject({
          code: 'ST301',
          hint: expect.stringContaining('chaos.token'),
        })
        expect(answer.headers['cache-control']).toBe('no-store')
      }
    }
    expect(chaos.status().experiments).toEqual([])
  }
})

test('beside the API only programs of this machine are served, at the admin listener whoever reaches it', async () => {
  const elsewhere: readonly Asked[] = [
    { headers: { host: 'rebound.example' } },
    { headers: { 'x-forwarded-for': '192.0.2.1' } },
    { from: '192.0.2.1' },
  ]
  for (const asked of elsewhere) {
    const refused = await serve().ask(asked)
    expect(refused.statusCode).toBe(404)
    expect(refused.json()).toMatchObject({
      code: 'PGRST125',
      hint: expect.stringContaining('http.adminPort'),
    })
    expect((await serve({ reach: 'public' }).ask(asked)).statusCode).toBe(404)
    expect((await serve({ reach: 'admin' }).ask(asked)).statusCode).toBe(200)
  }
  expect((await serve({ reach: 'public' }).ask()).statusCode).toBe(404)
})

test('where chaos is not enabled there is nothing', async () => {
  for (const off of [{ token: undefined }, { chaos: createChaos({ token }) }]) {
    const { ask } = serve({ reach: 'admin', ...off })
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      expect((await ask({ method, body: freeze })).statusCode).toBe(404)
    }
  }
})

test('a page of a browser reads nothing of it', async () => {
  const { headers } = await serve().ask({ headers: { origin: 'https://page.example' } })
  expect(headers).not.toHaveProperty('access-control-allow-origin')
})

test('too many at a time are refused', async () => {
  const { post } = serve()
  for (let count = 0; count < 100; count++) await post(freeze)
  const refused = await post(freeze)
  expect(refused.statusCode).toBe(403)
  expect(refused.json()).toMatchObject({
    code: 'ST508',
    message: expect.stringContaining('Too many'),
  })
})
