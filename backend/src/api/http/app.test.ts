import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { ignoreEvents } from '../../base/index.ts'
import { createHttpApp } from './app.ts'
import type { HttpEvent } from './events.ts'
import { HTTP_CHECKS, HTTP_DEFAULTS, type HttpOptions } from './options.ts'

function create(options: HttpOptions = {}, observe: (event: HttpEvent) => void = ignoreEvents) {
  const rules = { ...HTTP_DEFAULTS, ...options }
  const app = createHttpApp(() => rules, observe)
  app.get('/books/:name', (request, reply) => reply.send(JSON.stringify(request.query)))
  app.post('/books', (request, reply) => reply.send(request.body))
  onTestFinished(() => app.close())
  return app
}

/** What the server says to these bytes before it hangs up. */
async function exchange(app: FastifyInstance, request: string): Promise<string> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  socket.write(request)
  await once(socket, 'close')
  return text
}

test('a path that nobody serves is PGRST125, with the headers of every answer', async () => {
  const { statusCode, headers, body } = await create().inject('/nowhere?secret=1')
  expect(statusCode).toBe(404)
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'proxy-status': 'S-Tier; error=PGRST125',
    'x-content-type-options': 'nosniff',
  })
  expect(body).toBe(
    '{"code":"PGRST125","details":"Nothing is served at /nowhere","hint":null,"message":"Invalid path specified in request URL"}',
  )
})

test('a method that nobody serves is PGRST117', async () => {
  const response = await exchange(
    create(),
    'PROPFIND / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  )
  expect(response).toMatch(/^HTTP\/1.1 405 /)
  expect(response).toContain('"code":"PGRST117"')
})

test('the query string is left alone', async () => {
  const { body } = await create().inject('/books/a?select=id')
  expect(body).toBe('{}')
})

test('a body of any type arrives as bytes, up to a limit', async () => {
  const app = create({ bodyBytesMax: 1_024 })
  const post = (payload: string) =>
    app.inject({ method: 'POST', url: '/books', headers: { 'content-type': 'a/b' }, payload })
  expect((await post('{"a":')).body).toBe('{"a":')
  const refused = await post('x'.repeat(1_025))
  expect(refused.statusCode).toBe(413)
  expect(refused.json()).toMatchObject({ code: 'ST101' })
})

test('a preflight is answered here', async () => {
  const headers = { origin: 'https://a.example', 'access-control-request-method': 'GET' }
  const { statusCode, headers: answered } = await create().inject({
    method: 'OPTIONS',
    url: '/books/a',
    headers,
  })
  expect(statusCode).toBe(200)
  expect(answered['access-control-allow-methods']).toContain('GET')
})

test('a URL beyond its limit is 414, with or without a path', async () => {
  const app = create({ urlBytesMax: 1_024 })
  for (const url of [`/books/a?${'b'.repeat(1_020)}`, `/${'c'.repeat(1_100)}`]) {
    const response = await app.inject(url)
    expect(response.statusCode).toBe(414)
    expect(response.json()).toMatchObject({ code: 'ST104' })
  }
})

test('a path that is no percent-encoded UTF-8 is ST103, with the headers of every answer', async () => {
  const { statusCode, headers, body } = await create().inject({
    url: '/books/%ff',
    headers: { origin: 'https://a.example' },
  })
  expect(statusCode).toBe(400)
  expect(body).toContain('"code":"ST103"')
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': '*',
  })
})

test('a bug is told to the log, and to the client only that there is one', async () => {
  const events: HttpEvent[] = []
  const app = create({}, event => events.push(event))
  const error = new TypeError('password=hunter2 is not a function')
  app.get('/bug', () => {
    throw error
  })
  const { statusCode, body } = await app.inject('/bug?secret=1')
  expect(statusCode).toBe(500)
  expect(body).toContain('"code":"ST900"')
  expect(body).not.toContain('hunter2')
  expect(events).toEqual([{ kind: 'http.failed', status: 500, path: '/bug', error }])
})

test('what a client did wrong is no event', async () => {
  const events: HttpEvent[] = []
  await create({}, event => events.push(event)).inject('/nowhere')
  expect(events).toEqual([])
})

test('headers beyond their limit are 431', async () => {
  const response = await exchange(
    create({ headerBytesMax: 2_048 }),
    `GET /books/a HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(3_000)}\r\n\r\n`,
  )
  expect(response).toMatch(/^HTTP\/1.1 431 Request Header Fields Too Large\r\n/)
  expect(response).toContain('"code":"ST105"')
})

test('what is no HTTP is 400', async () => {
  const response = await exchange(create(), 'GET books\r\n\r\n')
  expect(response).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/)
  expect(response).toMatch(/\r\nx-content-type-options: nosniff\r\n/)
  expect(response).toMatch(/\r\nproxy-status: S-Tier; error=ST106\r\n/)
  expect(response).toMatch(
    /\r\n\r\n\{"code":"ST106","details":null,"hint":"Percent-encode .*","message":"Malformed HTTP"\}$/,
  )
})

test('a method that HTTP does not know is told as such', async () => {
  const response = await exchange(create(), 'FOO /books HTTP/1.1\r\nHost: a\r\n\r\n')
  expect(response).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/)
  expect(response).toMatch(/"code":"ST106".*"hint":"Use GET, .*","message":"Unknown HTTP method"/)
})

test.each([
  ['garbage', 'garbage'],
  ['garbage; charset=utf-8', 'garbage'],
  ['/json', '/json'],
  ['', '*/*'],
])('the Content-Type %j is PGRST102, as in PostgREST', async (header, named) => {
  const response = await create().inject({
    method: 'POST',
    url: '/books',
    headers: { 'content-type': header },
    payload: '{}',
  })
  expect(response.statusCode).toBe(400)
  expect(response.json()).toMatchObject({
    code: 'PGRST102',
    message: `Content-Type not acceptable: ${named}`,
    hint: expect.stringContaining('application/json'),
  })
})

test('a request that does not arrive in time is 408', async () => {
  const app = create()
  app.server.on('connection', socket => {
    // Node looks for slow requests every 30 s: this is what it would do then.
    socket.once('data', () => {
      const error = Object.assign(new Error('Request timeout'), {
        code: 'ERR_HTTP_REQUEST_TIMEOUT',
      })
      app.server.emit('clientError', error, socket)
    })
  })
  const response = await exchange(app, 'GET /books/a HTTP/1.1\r\nHost: a\r\n')
  expect(response).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/)
  expect(response).toContain('"code":"ST108"')
})

test('a connection that was reset is left alone', async () => {
  const app = create()
  app.server.on('connection', socket => {
    socket.once('data', () => {
      app.server.emit('clientError', Object.assign(new Error(), { code: 'ECONNRESET' }), socket)
      socket.destroy()
      app.server.emit('clientError', new Error('Parse Error'), socket)
    })
  })
  expect(await exchange(app, 'GET / HTTP/1.1\r\n')).toBe('')
})

test('with http.hosts only requests for these names are answered, whatever the port', async () => {
  const app = create({ hosts: ['api.example', '[::1]'] })
  const status = async (host: string) =>
    (await app.inject({ url: '/books/a', headers: { host } })).statusCode
  expect(await status('api.example')).toBe(200)
  expect(await status('API.example:3000')).toBe(200)
  expect(await status('[::1]:3000')).toBe(200)
  const refused = await app.inject({ url: '/books/a', headers: { host: 'evil.example' } })
  expect(refused.statusCode).toBe(421)
  expect(refused.json()).toMatchObject({ code: 'ST107' })
})

test.each([
  ['api.example', true],
  ['[::1]', true],
  ['api.example:80', false],
  ['a b', false],
])('%s as one of http.hosts: %s', (host, accepted) => {
  expect(HTTP_CHECKS.hosts.read([host]) !== undefined).toBe(accepted)
})

test('a shortcut that fails is told, and the framework answers; one that fails half-way ends the connection', async () => {
  const told: HttpEvent[] = []
  const app = createHttpApp(
    () => HTTP_DEFAULTS,
    event => told.push(event),
    {},
    ({ url }, response) => {
      if (url === '/half') response.writeHead(200, { 'content-length': '9' }).write('half')
      throw new Error('broken')
    },
  )
  app.get('/whole', (_request, reply) => reply.send('whole'))
  onTestFinished(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const whole = await fetch(`http://127.0.0.1:${port}/whole`)
  expect(await whole.text()).toBe('whole')
  await expect(fetch(`http://127.0.0.1:${port}/half`).then(half => half.text())).rejects.toThrow()
  expect(told).toMatchObject([{ path: '/whole' }, { path: '/half', error: { message: 'broken' } }])
})

test('a connection that was opened in advance and never used does not hold up the end', async () => {
  const app = create()
  await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  const accepted = once(app.server, 'connection')
  await Promise.all([accepted, once(socket, 'connect')])
  const closed = once(socket.resume(), 'close')
  await app.close()
  await closed
})
