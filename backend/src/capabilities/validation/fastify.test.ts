import { brotliCompressSync, gzipSync } from 'node:zlib'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { type ValidationPluginOptions, validationPlugin } from './fastify.ts'

const apps: FastifyInstance[] = []
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

const ORDER = {
  type: 'object',
  properties: {
    product: { type: 'string', minLength: 1 },
    quantity: { type: 'integer', minimum: 1 },
    text: { type: 'string' },
  },
  required: ['product'],
}

async function setUp(options: ValidationPluginOptions = {}) {
  const app = fastify()
  apps.push(app)
  await app.register(validationPlugin, options)
  app.post('/orders', { schema: { body: ORDER } }, async ({ body }) => body)
  app.post('/any', async ({ body }) => ({ body }))
  const querystring = {
    type: 'object',
    properties: { limit: { type: 'string', format: 'integer' }, q: { type: 'string' } },
  }
  app.get('/orders/:id', { schema: { querystring } }, async ({ query }) => query)
  const post = (payload: string | Buffer, headers: Record<string, string> = {}, url = '/orders') =>
    app.inject({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': 'application/json', ...headers },
    })
  return { app, post }
}

test('a body that suits comes through as it is', async () => {
  const { post } = await setUp()
  const order = { product: 'tent <b>"&\' 😀', quantity: 2 }
  expect((await post(JSON.stringify(order))).json()).toEqual(order)
  expect((await post(`\ufeff${JSON.stringify(order)}`)).json()).toEqual(order)
})

test('one that does not is answered with all that is wrong, as a problem document', async () => {
  const { post } = await setUp()
  const refused = await post('{"quantity": "2", "prodct": "tent"}')
  expect(refused.statusCode).toBe(422)
  expect(refused.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(refused.json()).toEqual({
    type: 'about:blank',
    title: 'Unprocessable Content',
    status: 422,
    detail: "The member 'product' is missing",
    code: 'ST420',
    errors: [
      { pointer: '/product', rule: 'required', detail: "The member 'product' is missing" },
      {
        pointer: '/prodct',
        rule: 'unknown-property',
        detail: "There is no member 'prodct'",
        hint: "Perhaps you meant 'product'.",
      },
      {
        pointer: '/quantity',
        rule: 'type',
        detail: 'The value must be of the type integer',
        hint: 'No type is changed into another: 5 is a number, "5" a text.',
      },
    ],
  })
})

test.each<[what: string, body: string | Buffer, status: number, code: string]>([
  ['no JSON', '{"product": ', 400, 'ST410'],
  ['nothing', '', 400, 'ST410'],
  ['too deep', '['.repeat(100_000), 413, 'ST411'],
  ['a polluting key', '{"__proto__": {"isAdmin": true}}', 400, 'ST413'],
  ['a key that comes twice', '{"product": "a", "product": "b"}', 400, 'ST413'],
  ['NUL', '{"product": "\\u0000"}', 400, 'ST412'],
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 400, 'ST412'],
  ['a number that would change', '{"quantity": 9007199254740993}', 422, 'ST414'],
])('refused with or without a schema: %s', async (_what, body, status, code) => {
  const { post } = await setUp()
  for (const url of ['/orders', '/any']) {
    const refused = await post(body, {}, url)
    expect([refused.statusCode, refused.json()]).toMatchObject([status, { status, code }])
  }
})

test('limits are those of the plugin', async () => {
  const { post } = await setUp({ body: { lossyNumbers: 'allow', stringBytesMax: 3 } })
  expect((await post('9007199254740993', {}, '/any')).statusCode).toBe(200)
  expect((await post('"long"', {}, '/any')).json()).toMatchObject({
    errors: [{ rule: 'string', bound: 3 }],
  })
})

test('a compressed body is read, a bomb is not', async () => {
  const { post } = await setUp()
  const order = '{"product":"tent"}'
  expect((await post(gzipSync(order), { 'content-encoding': 'gzip' })).body).toBe(order)
  expect((await post(brotliCompressSync(order), { 'content-encoding': 'br' })).body).toBe(order)
  const bomb = gzipSync(Buffer.alloc(50_000_000, ' '))
  const refused = await post(bomb, { 'content-encoding': 'gzip' })
  expect([refused.statusCode, refused.json()]).toMatchObject([413, { code: 'ST416' }])
  const unknown = await post(order, { 'content-encoding': 'zstd' })
  expect([unknown.statusCode, unknown.headers['accept-encoding']]).toEqual([
    415,
    'gzip, deflate, br',
  ])
  expect((await post(order, { 'content-encoding': 'gzip' })).json()).toMatchObject({
    code: 'ST417',
  })
})

test('decompressed, a body may be as large as others', async () => {
  const app = fastify({ bodyLimit: 10_000 })
  apps.push(app)
  await app.register(validationPlugin)
  app.post('/', async () => 'taken')
  const send = (length: number) =>
    app.inject({
      method: 'POST',
      url: '/',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      payload: gzipSync(JSON.stringify('x'.repeat(length))),
    })
  expect((await send(9_000)).statusCode).toBe(200)
  expect((await send(11_000)).json()).toMatchObject({ code: 'ST416', errors: [{ bound: 10_000 }] })
})

test('bodies of several parts come in only where that is asked for', async () => {
  const type = { 'content-type': 'multipart/form-data; boundary=x' }
  const { post } = await setUp()
  expect((await post('--x--', type)).json()).toMatchObject({ status: 415, code: 'ST415' })
  const { post: other } = await setUp({ multipart: true })
  expect((await other('--x--', type)).json()).toMatchObject({
    code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE',
  })
})

test('what comes in a URL is text, once, and known', async () => {
  const { app } = await setUp()
  const get = async (url: string) => {
    const answer = await app.inject(url)
    return [answer.statusCode, answer.json()]
  }
  expect(await get('/orders/1?limit=5')).toEqual([200, { limit: '5' }])
  expect(await get('/orders/1?limit=05')).toMatchObject([
    400,
    { errors: [{ pointer: '/limit', rule: 'format' }] },
  ])
  expect(await get('/orders/1?limit=5&limit=6')).toMatchObject([
    400,
    { errors: [{ rule: 'type' }] },
  ])
  expect(await get('/orders/1?limt=5')).toMatchObject([
    400,
    { errors: [{ hint: "Perhaps you meant 'limit'." }] },
  ])
  expect(await get('/orders/..%2fadmin')).toMatchObject([400, { code: 'ST418' }])
})

test('a schema that asks for a number where texts come is refused, and so is one that is none', async () => {
  const { app } = await setUp()
  const querystring = { type: 'object', properties: { limit: { type: 'integer' } } }
  app.get('/wrong', { schema: { querystring } }, async () => '')
  await expect(app.ready()).rejects.toThrow("'limit' comes as text")
  const { app: other } = await setUp()
  other.post('/wrong', { schema: { body: { type: 'string', minimum: 1 } } }, async () => '')
  await expect(other.ready()).rejects.toMatchObject({ code: 'ST421' })
  const { app: third } = await setUp()
  third.post('/slow', { schema: { body: { type: 'string', pattern: '^(a+)+$' } } }, async () => '')
  await expect(third.ready()).rejects.toThrow('in many ways')
})

test('schemas refer to those that were added before', async () => {
  const { app, post } = await setUp()
  app.addSchema({ $id: 'order', ...ORDER })
  app.post('/copy', { schema: { body: { $ref: 'order#' } } }, async () => 'taken')
  expect((await post('{"product": "x"}', {}, '/copy')).body).toBe('taken')
  expect((await post('{"product": "x", "extra": 1}', {}, '/copy')).statusCode).toBe(422)
})

test('shapes of attacks pass, unless somebody asks for the contrary', async () => {
  const attack = JSON.stringify({ product: "' or 1=1--" })
  const { post } = await setUp()
  expect((await post(attack)).statusCode).toBe(200)
  const { post: blocking, app } = await setUp({ block: ['sql'] })
  expect((await blocking(attack)).json()).toMatchObject({
    code: 'ST422',
    errors: [{ pointer: '/product', rule: 'sql' }],
  })
  expect((await app.inject(`/orders/1?q=${encodeURIComponent("' or 1=1--")}`)).statusCode).toBe(400)
})

test('errors of others stay what they were', async () => {
  const { app } = await setUp()
  app.get('/fails', async () => {
    throw new Error('the warehouse is down')
  })
  const errorHandler = () => {
    throw new Error('mine')
  }
  app.get('/handled', { errorHandler }, async () => {
    throw new Error('theirs')
  })
  expect((await app.inject('/fails')).json()).toMatchObject({ message: 'the warehouse is down' })
  expect((await app.inject('/handled')).json()).toMatchObject({ message: 'mine' })
})

test('no object is polluted by anything that comes in', async () => {
  const { post } = await setUp({ body: { pollutingKeys: 'allow' } })
  const bodies = [
    '{"__proto__": {"isAdmin": true}}',
    '{"constructor": {"prototype": {"isAdmin": true}}}',
  ]
  for (const body of bodies) expect((await post(body, {}, '/any')).statusCode).toBe(200)
  expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined()
})

test('where it only watches, requests go on, and those that cannot be read do not', async () => {
  const app = fastify()
  apps.push(app)
  const watched: string[] = []
  await app.register(validationPlugin, {
    mode: 'monitor',
    block: ['sql'],
    body: { itemsMax: 2 },
    onWatched: (error, { url }) => void watched.push(`${url} ${error.code}`),
  })
  const body = { type: 'object', properties: { n: { type: 'integer' } } }
  app.post('/things', { schema: { body } }, ({ body: taken }) => ({ taken }))
  const sent = (payload: string, url = '/things') =>
    app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json' } })
  expect((await sent('{"n":1}')).json()).toEqual({ taken: { n: 1 } })
  expect((await sent('{"n":"1"}')).json()).toEqual({ taken: { n: '1' } })
  expect((await sent('{"n":1,"n":2}')).json()).toEqual({ taken: { n: 2 } })
  expect((await sent('{"more":[1,2,3]}')).json()).toEqual({ taken: { more: [1, 2, 3] } })
  expect(watched).toEqual(['/things ST420', '/things ST413', '/things ST411', '/things ST420'])
  expect((await sent('{"more":[1,2,3]')).json()).toMatchObject({ code: 'ST410' })
  const packed = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
  const bomb = gzipSync(Buffer.alloc(50_000_000))
  const answer = await app.inject({
    method: 'POST',
    url: '/things',
    payload: bomb,
    headers: packed,
  })
  expect(answer.json()).toMatchObject({ code: 'ST416' })
})

test('a body beyond the limit of its route is answered as Fastify answers it', async () => {
  const { app, post } = await setUp()
  app.post('/small', { bodyLimit: 10 }, async () => 'taken')
  const long = '{"product": "tent"}'
  expect((await post('{"a": 1}', {}, '/small')).body).toBe('taken')
  const refused = await post(long, {}, '/small')
  expect(refused.json()).toMatchObject({ statusCode: 413, code: 'FST_ERR_CTP_BODY_TOO_LARGE' })
})
