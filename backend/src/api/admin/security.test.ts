import { expect, onTestFinished, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { ignoreEvents } from '../../base/index.ts'
import { createSecurityMonitor, type SecurityMonitor } from '../../capabilities/security/index.ts'
import { createHttpApp, HTTP_DEFAULTS } from '../http/index.ts'
import {
  limitsReport,
  registerSecurity,
  SECURITY_PATHS,
  securityReport,
  type SecurityServices,
} from './index.ts'

const TOKEN = 'sixteen-characters'

interface Asked {
  readonly method?: 'GET' | 'POST' | 'DELETE' | 'PUT'
  readonly token?: string
  readonly body?: object
  readonly from?: string
}

function serve(parts: Partial<SecurityServices> = {}) {
  const monitor = createSecurityMonitor({ mode: 'act', node: 'one', principalsMax: 4_096 })
  const app = createHttpApp(() => HTTP_DEFAULTS, ignoreEvents)
  onTestFinished(() => app.close())
  const beats: number[] = []
  registerSecurity(app, {
    limits: () => limitsReport({ rules: [] }, fakeClock()),
    validation: () => ({ routes: [] }),
    security: () => securityReport(undefined, fakeClock()),
    monitor: () => monitor,
    beat: () => void beats.push(1),
    token: () => TOKEN,
    reach: 'loopback',
    ...parts,
  })
  const ask = (url: string, { method = 'GET', token, body, from = '::1' }: Asked = {}) =>
    app.inject({
      ...{ method, url, remoteAddress: from },
      headers: {
        host: 'localhost:3000',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
  return { monitor, ask, beats }
}

/** Five wrong passwords from one address. */
function guess(monitor: SecurityMonitor, user = 'ada'): void {
  for (let credentialHash = 1; credentialHash <= 5; credentialHash++) {
    const atMs = Date.now()
    monitor.tell({ kind: 'auth.failed', atMs, ip: '203.0.113.7', user, credentialHash })
  }
}

test('what was noticed and done is told, and can be undone', async () => {
  const { monitor, ask } = serve()
  guess(monitor)
  const token = TOKEN
  const { bans } = (await ask(SECURITY_PATHS.bans, { token })).json<{ bans: { id: string }[] }>()
  expect(bans).toMatchObject([{ kind: 'ban', principal: { user: 'ada', ip: '203.0.113.7' } }])
  const alerts = await ask(SECURITY_PATHS.alerts, { token })
  expect(alerts.json()).toMatchObject({ alerts: [{ rule: 'brute-force', outcome: 'ban' }] })
  const url = `${SECURITY_PATHS.bans}/${bans[0]!.id}`
  expect(await ask(url, { method: 'DELETE', token })).toMatchObject({ statusCode: 204, body: '' })
  expect(monitor.measures()).toEqual([])
  const again = await ask(url, { method: 'DELETE', token })
  expect(again).toMatchObject({ statusCode: 404 })
  expect(again.json()).toMatchObject({ code: 'ST435' })
  const timeline = await ask(`${SECURITY_PATHS.timeline}?user=ada&ip=203.0.113.7`, { token })
  const { records } = timeline.json<{ records: { kind: string }[] }>()
  expect(records.map(({ kind }) => kind)).toEqual(['began', 'alert', 'undone'])
  const others = await ask(`${SECURITY_PATHS.timeline}?user=bob`, { token })
  expect(others.json()).toEqual({ records: [] })
})

test('what is refused as a whole is told as lines for those in front', async () => {
  const { monitor, ask } = serve()
  guess(monitor)
  monitor.ban({ ip: '203.0.113.0/24', forMs: 60_000, reason: 'a scan' }, 'me')
  expect(await ask(SECURITY_PATHS.bannedNetworks, { token: TOKEN })).toMatchObject({
    statusCode: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: '203.0.113.0/24\n',
  })
  expect((await ask(SECURITY_PATHS.bannedNetworks)).statusCode).toBe(401)
})

test('an address or a network is refused by hand', async () => {
  const { monitor, ask } = serve()
  const order = { ip: '198.51.100.0/24', forMs: '1h', reason: 'asked by the provider' }
  const made = await ask(SECURITY_PATHS.bans, { method: 'POST', token: TOKEN, body: order })
  expect(made.statusCode).toBe(201)
  expect(monitor.banOf('198.51.100.9')).toMatchObject({ reason: expect.stringContaining('asked') })
  expect(monitor.banOf('198.51.101.9')).toBeUndefined()
})

test.each([
  [{}, 'Who is to be refused?'],
  [{ ip: 'everybody', forMs: '1h' }, 'ip must be an address'],
  [{ ip: '0.0.0.0/0', forMs: '1h' }, 'ip must be an address'],
  [{ ip: '192.0.2.1' }, 'For how long?'],
  [{ ip: '192.0.2.1', forMs: 'long' }, 'forMs must be a time'],
  [{ ip: '192.0.2.1', forMs: '1h', until: 'x' }, `A ban has no 'until'`],
  [[], 'This is no ban'],
])('%j is no ban', async (body, message) => {
  const { ask } = serve()
  const refused = await ask(SECURITY_PATHS.bans, { method: 'POST', token: TOKEN, body })
  expect(refused.statusCode).toBe(400)
  expect(refused.json()).toMatchObject({ code: 'ST436', message: expect.stringContaining(message) })
})

test('reading is for operators; changes need the token wherever they come from', async () => {
  const { ask, monitor } = serve()
  guess(monitor)
  for (const url of Object.values(SECURITY_PATHS).slice(0, 5)) {
    expect((await ask(url)).statusCode, url).toBe(401)
    const told = await ask(url, { token: TOKEN, from: '203.0.113.9' })
    expect(told).toMatchObject({ statusCode: 200, headers: { 'cache-control': 'no-store' } })
    const wrong = await ask(url, { method: 'PUT', token: TOKEN })
    expect(wrong.statusCode, url).toBe(405)
  }
  const open = serve({ token: () => undefined })
  guess(open.monitor)
  expect((await open.ask(SECURITY_PATHS.bans)).statusCode).toBe(200)
  expect((await open.ask(SECURITY_PATHS.bans, { from: '203.0.113.9' })).statusCode).toBe(404)
  const url = `${SECURITY_PATHS.bans}/${open.monitor.measures()[0]!.id}`
  const changed = await open.ask(url, { method: 'DELETE' })
  expect(changed.statusCode, 'there is no token to be brought').toBe(404)
  expect(changed.json()).toMatchObject({ hint: 'Changes need http.adminToken.' })
  expect(open.monitor.measures()).toHaveLength(1)
  const admin = serve({ reach: 'admin' })
  expect((await admin.ask(url, { method: 'DELETE' })).statusCode).toBe(401)
})

test('channels are tried out, and what is switched off says so', async () => {
  const { ask, beats } = serve({ monitor: () => undefined })
  const token = TOKEN
  expect((await ask(SECURITY_PATHS.heartbeat, { method: 'POST', token })).statusCode).toBe(202)
  expect(beats).toEqual([1])
  expect((await ask(SECURITY_PATHS.bans, { token })).json()).toEqual({ bans: [] })
  const order = { ip: '192.0.2.1', forMs: '1h' }
  const refused = await ask(SECURITY_PATHS.bans, { method: 'POST', token, body: order })
  expect(refused.statusCode).toBe(404)
  const { isEnabled } = (await ask(SECURITY_PATHS.security, { token })).json<{
    isEnabled: boolean
  }>()
  expect(isEnabled).toBe(false)
  expect((await ask(SECURITY_PATHS.limits, { token })).json()).toMatchObject({ isEnabled: true })
})
