import { connect } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { LIMITS_PART, SET_LIMIT } from '../../src/capabilities/limiter/index.ts'
import { enablePart } from '../../src/capabilities/schema/index.ts'
import type { TestDatabase } from '../support/database.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { withSession } from '../support/journaling.ts'
import { as, startServer, type TestServer } from '../support/server.ts'

// Who may come in, and how often: the same for whole requests and for kept answers, which take a shorter way.

let database: TestDatabase
beforeAll(async () => {
  database = await createJournaledDatabase(`
    create table notices (id int primary key, words text not null);
    insert into notices values (1, 'one'), (2, 'two');
    create table payroll (id int primary key);
    grant select, insert on notices to anon, authenticated`)
})
afterAll(() => database.drop())

/** Clients say where they come from, as the proxy before this server would. */
const PROXIED = { '--http-trusted-proxies': '127.0.0.1' }
const from = (address: string) => ({ 'x-forwarded-for': address })

async function serve(flags: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const server = await startServer(database.authenticatorUrl, { ...PROXIED, ...flags })
  onTestFinished(server.stop)
  return server
}

function limits(rules: Readonly<Record<string, object | null>>): Record<string, string> {
  const none = { anonymous: null, authenticated: null, service: null }
  return { '--limits-mode': 'enforce', '--limits-rules': JSON.stringify({ ...none, ...rules }) }
}

async function statuses(
  server: TestServer,
  count: number,
  headers = {},
  target = '/notices?id=eq.1',
) {
  const answers = []
  for (let turn = 0; turn < count; turn++) answers.push(await server.get(target, { headers }))
  return answers
}

test('a limit for each address counts kept answers like all others, and says so', async () => {
  const rules = { reads: { limit: 6, windowMs: 600_000, per: ['ip'], when: { method: 'GET' } } }
  const server = await serve(limits(rules))
  const answers = await statuses(server, 8, from('203.0.113.1'))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 429, 429])
  const kept = answers.filter(({ headers }) => /hit/.test(String(headers['cache-status'])))
  expect(kept.length).toBeGreaterThanOrEqual(3)
  const left = answers.map(({ headers }) => /r=(\d+)/.exec(String(headers['ratelimit']))?.[1])
  expect(left).toEqual(['5', '4', '3', '2', '1', '0', '0', '0'])
  expect(new Set(answers.map(({ headers }) => headers['ratelimit-policy']))).toEqual(
    new Set(['"reads";q=6;w=600']),
  )
  const [refused] = answers.slice(-1)
  expect(refused?.headers['retry-after']).toMatch(/^\d+$/)
  expect(JSON.parse(refused?.body ?? '')).toMatchObject({ code: 'ST401' })
  const [other] = await statuses(server, 1, from('203.0.113.2'))
  expect(other?.status).toBe(200)
})

test('limits are only looked at unless they are to be enforced', async () => {
  const rules = JSON.stringify({ one: { limit: 1, per: ['ip'] } })
  const server = await serve({ '--limits-rules': rules })
  const answers = await statuses(server, 4)
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect(answers.every(({ headers }) => headers['ratelimit'] === undefined)).toBe(true)
  expect(server.events).toContainEqual(
    expect.objectContaining({ kind: 'limiter.shadowed', rule: 'one' }),
  )
})

test('users, tables and claims have limits of their own, and the narrowest that holds decides', async () => {
  const rules = {
    user: { limit: 3, windowMs: 600_000, per: ['user'] },
    tenant: { limit: 4, windowMs: 600_000, per: ['claims.tenant', 'table'] },
  }
  const server = await serve(limits(rules))
  const caller = (sub: string, tenant: string) => as('authenticated', { sub, tenant })
  const seen = async (count: number, headers: object) =>
    (await statuses(server, count, headers)).map(({ status }) => status)
  expect(await seen(4, caller('ann', 't1'))).toEqual([200, 200, 200, 429])
  expect(await seen(2, caller('bob', 't1'))).toEqual([200, 429])
  expect(await seen(1, caller('bob', 't2'))).toEqual([200])
  expect(await seen(2, {})).toEqual([200, 200])
})

test('health is not counted, and what is no route is', async () => {
  const server = await serve(limits({ all: { limit: 2, windowMs: 600_000, per: ['ip'] } }))
  const seen = async (target: string) => (await server.get(target)).status
  expect([await seen('/rpc/a/b'), await seen('/rpc/a/b'), await seen('/rpc/a/b')]).toEqual([
    404, 404, 429,
  ])
  expect([await seen('/live'), await seen('/ready'), await seen('/docs')]).toEqual([200, 200, 429])
})

test('pages of another origin may read when to come again, and asking whether they may is free', async () => {
  const server = await serve(limits({ one: { limit: 1, windowMs: 600_000, per: ['ip'] } }))
  const headers = { origin: 'https://shop.example' }
  const preflight = { ...headers, 'access-control-request-method': 'GET' }
  for (let turn = 0; turn < 3; turn++) {
    const asked = await server.get('/notices', { method: 'OPTIONS', headers: preflight })
    expect(asked.status).toBe(200)
  }
  const exposed = async () => {
    const answer = await server.get('/notices', { headers })
    const names = String(answer.headers['access-control-expose-headers']).split(', ')
    return [answer.status, ...names.filter(name => /^R(?:ate|etry)/.test(name))]
  }
  expect(await exposed()).toEqual([200, 'RateLimit', 'RateLimit-Policy'])
  expect(await exposed()).toEqual([429, 'RateLimit', 'RateLimit-Policy', 'Retry-After'])
})

test('whatever a request asks for besides, it is counted: OPTIONS, another protocol, an unknown method', async () => {
  const server = await serve(limits({ one: { limit: 3, windowMs: 600_000, per: ['ip'] } }))
  const websocket = {
    ...{ connection: 'upgrade', upgrade: 'websocket' },
    ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
  }
  const seen = async (method: string, headers = {}) =>
    (await server.get('/notices', { method, headers })).status
  expect(await seen('OPTIONS')).toBe(200)
  expect(await seen('GET', websocket)).toBe(200) // There is none: it is an ordinary read.
  expect(await seen('PROPFIND')).toBe(405)
  expect([await seen('OPTIONS'), await seen('GET', websocket), await seen('PROPFIND')]).toEqual([
    429, 429, 429,
  ])
})

test('the document of the API says what is told of limits, where that is told', async () => {
  const described = async (flags: Readonly<Record<string, string>>) => {
    const server = await serve(flags)
    const { body } = await server.get('/openapi.json')
    const { components } = JSON.parse(body) as {
      components: Record<'responses' | 'headers', Record<string, { headers?: object }>>
    }
    const of = (name: string) => Object.keys(components.responses[name]?.headers ?? {})
    expect(Object.keys(components.headers)).toContain('RateLimitPolicy')
    expect(of('TooManyRequests')).toEqual(['Retry-After', 'RateLimit', 'RateLimit-Policy'])
    return of('Notices')
  }
  expect(await described({})).toContain('RateLimit')
  expect(await described({ '--limits-headers': 'false' })).not.toContain('RateLimit')
  expect(await described({ '--limits-enabled': 'false' })).not.toContain('RateLimit')
})

test('who is over a limit is refused before the body has come', async () => {
  const server = await serve(limits({ writes: { limit: 0, when: { method: 'POST' } } }))
  const { hostname, port } = new URL(server.address)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  socket.write('POST /notices HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n[')
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
  await expect.poll(() => text).toMatch(/^HTTP\/1\.1 429 /)
})

test('guessing at tokens ends for the address that guesses, and for nobody else', async () => {
  const server = await serve({ '--security-mode': 'act' })
  const forged = (index: number) => {
    const [header = '', payload = ''] = as('authenticated', {
      sub: `u${index}`,
    }).authorization.split('.')
    return { authorization: `${header}.${payload}.${'x'.repeat(43)}`, ...from('203.0.113.66') }
  }
  const answers = []
  for (let index = 0; index < 12; index++) {
    answers.push(await server.get('/notices', { headers: forged(index) }))
  }
  const seen = answers.map(({ status }) => status)
  expect(seen.slice(0, 2)).toEqual([401, 401])
  expect(seen.at(-1)).toBe(403)
  expect(answers.at(-1)?.headers['retry-after']).toMatch(/^\d+$/)
  const right = as('authenticated', { sub: 'ann' })
  const elsewhere = await server.get('/notices', { headers: { ...right, ...from('203.0.113.7') } })
  expect(elsewhere.status).toBe(200)
  expect(server.events.some(({ kind }) => kind === 'security.alert')).toBe(true)
})

test('who asks for what nobody has a reason to ask for is refused with that very request', async () => {
  const server = await serve({ '--security-mode': 'act', '--security-honeypots': 'payroll' })
  const headers = from('203.0.113.99')
  const touched = await server.get('/payroll', { headers })
  expect([touched.status, JSON.parse(touched.body)]).toMatchObject([403, { code: 'ST430' }])
  expect((await server.get('/notices', { headers })).status).toBe(403)
  expect((await server.get('/notices', { headers: from('203.0.113.98') })).status).toBe(200)
})

test('operators see what was decided, refuse somebody by hand and let them in again', async () => {
  const token = 'a-token-of-operators'
  const server = await serve({
    ...limits({ one: { limit: 1, per: ['ip'] } }),
    '--http-admin-token': token,
  })
  await statuses(server, 3, from('203.0.113.5'))
  const headers = { authorization: `Bearer ${token}` }
  const ask = async (target: string) =>
    JSON.parse((await server.get(target, { headers })).body) as unknown
  expect(await ask('/metrics/limits')).toMatchObject({
    isEnabled: true,
    rules: [{ name: 'one', decided: 3, refused: 2, top: [{ key: '203.0.113.5' }] }],
  })
  const events = { 'limit.refused': 2, read: 1 }
  expect(await ask('/metrics/security')).toMatchObject({ isEnabled: true, noticed: { events } })
  const body = JSON.stringify({ ip: '203.0.113.8', forMs: '1h', reason: 'for the test' })
  const unasked = await server.get('/security/bans', { method: 'POST', body })
  expect(unasked.status).toBe(401)
  const banned = await server.get('/security/bans', { method: 'POST', headers, body })
  expect(banned.status).toBe(201)
  const seen = async () => (await server.get('/notices', { headers: from('203.0.113.8') })).status
  expect(await seen()).toBe(403)
  const { id } = JSON.parse(banned.body) as { id: string }
  await server.get(`/security/bans/${id}`, { method: 'DELETE', headers })
  expect(await seen()).toBe(200)
})

test('rules in the database hold within a moment, over those of the configuration', async () => {
  await withSession(database.url, session => enablePart(session, LIMITS_PART, ['authenticator']))
  const rules = limits({ one: { limit: 1, windowMs: 600_000, per: ['ip'] } })
  const server = await serve({ ...rules, '--limits-table-enabled': 'true' })
  const seen = async (count: number) => {
    const answers = await statuses(server, count, from('203.0.113.21'))
    return answers.map(({ status }) => status)
  }
  expect(await seen(2)).toEqual([200, 429])
  const rule = JSON.stringify({ limit: 4, windowMs: 600_000, per: ['ip'] })
  await withSession(database.url, session => session.query(SET_LIMIT.text, ['one', rule]))
  await expect
    .poll(() => server.events.filter(({ kind }) => kind === 'limiter.rules-changed').length)
    .toBe(2)
  expect(await seen(4)).toEqual([200, 200, 200, 429])
})

test('without both there is neither', async () => {
  const server = await serve({ '--limits-enabled': 'false', '--security-enabled': 'false' })
  const answers = await statuses(server, 4)
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
})
