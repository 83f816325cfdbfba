import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startServer, type TestServer } from '../support/server.ts'

// Those who run the server are watched too: who guesses at their token, and what is changed with it.

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(`
    create table notices (id int primary key);
    grant select on notices to anon`)
})
afterAll(() => database.drop())

const TOKEN = 'the-token-of-operators'
const ADDRESS = '203.0.113.9'

async function serve(flags: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const server = await startServer(database.authenticatorUrl, {
    '--http-trusted-proxies': '127.0.0.1',
    '--http-admin-token': TOKEN,
    ...flags,
  })
  onTestFinished(server.stop)
  return server
}

const by = (token: string, address = ADDRESS) => ({
  authorization: `Bearer ${token}`,
  'x-forwarded-for': address,
})

async function guess(server: TestServer, times: number, target = '/metrics/pool') {
  const seen = []
  for (let turn = 0; turn < times; turn++) {
    seen.push((await server.get(target, { headers: by(`a-wrong-token-${turn}`) })).status)
  }
  return seen
}

const alerts = ({ events }: TestServer) =>
  events.flatMap(event => (event.kind === 'security.alert' ? [event.alert] : []))

const ban = (server: TestServer, headers: object) =>
  server.get('/security/bans', {
    ...{ method: 'POST', headers: { ...headers } },
    body: JSON.stringify({ ip: '203.0.113.77', forMs: '1h' }),
  })

test('four wrong tokens, and then a change: that is told, critical, with what was changed', async () => {
  const server = await serve()
  expect(await guess(server, 4)).toEqual([401, 401, 401, 401])
  expect((await server.get('/metrics/pool', { headers: by(TOKEN) })).status).toBe(200)
  expect(alerts(server)).toEqual([])
  expect((await ban(server, by(TOKEN, '203.0.113.10'))).status).toBe(201)
  const [alert, ...others] = alerts(server)
  expect(alert).toMatchObject({
    ...{ rule: 'admin-takeover', level: 'critical', outcome: 'watched' },
    principal: { user: 'http.adminToken' },
  })
  expect(JSON.stringify(alert)).toContain('203.0.113.77 is banned')
  expect(JSON.stringify(server.events)).not.toContain(TOKEN)
  expect(others).toEqual([])
})

test('letting somebody in again is a change, and reading is none', async () => {
  const server = await serve()
  const banned = await ban(server, by(TOKEN))
  const { id } = JSON.parse(banned.body) as { id: string }
  await guess(server, 4, '/security/bans')
  for (const target of ['/metrics/limits', '/metrics/security', '/security/bans']) {
    await server.get(target, { headers: by(TOKEN) })
  }
  expect(alerts(server)).toEqual([])
  await server.get(`/security/bans/${id}`, { method: 'DELETE', headers: by(TOKEN) })
  expect(alerts(server)).toMatchObject([{ rule: 'admin-takeover' }])
})

test('guessing at the token is refused with the guess that was one too many, and only there', async () => {
  const server = await serve({ '--security-mode': 'act' })
  expect(await guess(server, 6)).toEqual([401, 401, 401, 401, 403, 403])
  const seen = async (target: string, headers: object) =>
    (await server.get(target, { headers: { ...headers } })).status
  expect(await seen('/metrics/pool', by(TOKEN))).toBe(403) // It might have been guessed.
  expect(await seen('/metrics/pool', by(TOKEN, '203.0.113.10'))).toBe(200)
  expect(await seen('/notices', { 'x-forwarded-for': ADDRESS })).toBe(200)
})

test('who shows no token has not guessed', async () => {
  const server = await serve({ '--security-mode': 'act' })
  for (let turn = 0; turn < 7; turn++) {
    expect((await server.get('/metrics/pool')).status).toBe(401)
  }
  expect(server.events.filter(({ kind }) => kind.startsWith('security.'))).toEqual([])
})

test('neither limits nor bans of their address keep operators from letting themselves in again', async () => {
  const none = { anonymous: null, authenticated: null, service: null }
  const rules = { ...none, nobody: { limit: 0, mode: 'enforce', per: ['ip'] } }
  const server = await serve({ '--limits-rules': JSON.stringify(rules) })
  const { body } = await server.get('/security/bans', {
    ...{ method: 'POST', headers: by(TOKEN) },
    body: JSON.stringify({ ip: ADDRESS, forMs: '1h' }),
  })
  const { id } = JSON.parse(body) as { id: string }
  const seen = async () => (await server.get('/notices', { headers: by('', ADDRESS) })).status
  expect(await seen()).toBe(403)
  const undone = await server.get(`/security/bans/${id}`, { method: 'DELETE', headers: by(TOKEN) })
  expect(undone.status).toBe(204)
  for (const target of ['/live', '/ready', '/metrics/security']) {
    expect((await server.get(target, { headers: by(TOKEN) })).status).toBe(200)
  }
  expect(await seen()).toBe(429)
})

test('a configuration that changes while the server runs is told', async () => {
  const server = await serve()
  const role = `alter role authenticator in database ${database.name}`
  await database.query(`${role} set pgrst.db_max_rows = '7'`)
  onTestFinished(async () => {
    await database.query(`${role} reset pgrst.db_max_rows`)
  })
  await database.query(`notify pgrst, 'reload config'`)
  const changes = async () => {
    const { body } = await server.get('/metrics/security', { headers: by(TOKEN) })
    const report = JSON.parse(body) as { noticed: { events: Record<string, number> } }
    return report.noticed.events['admin.changed']
  }
  await expect.poll(changes, { timeout: 20_000 }).toBe(1)
})
