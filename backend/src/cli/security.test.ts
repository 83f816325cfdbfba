import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { runnerOf } from '../../tests/support/command-line.ts'
import { temporaryFolder } from '../../tests/support/folder.ts'
import { freePort } from '../../tests/support/free-port.ts'
import { registerSecurity, securityReport } from '../api/admin/index.ts'
import { createHttpApp, HTTP_DEFAULTS } from '../api/http/index.ts'
import { ignoreEvents, systemClock } from '../base/index.ts'
import { createSecurityMonitor, openAlerting } from '../capabilities/security/index.ts'

const run = runnerOf('security')
const TOKEN = 'sixteen-characters'

/** A server that has noticed something. */
async function startNoticing() {
  const alerting = await openAlerting({ alerts: { written: { kind: 'log' } } })
  const monitor = createSecurityMonitor({ mode: 'act', node: 'one', principalsMax: 4_096 })
  monitor.onAlert(alert => void alerting.tell(alert))
  const app = createHttpApp(() => HTTP_DEFAULTS, ignoreEvents)
  const facts = () => ({ noticed: monitor.report(), alerting: alerting.report() })
  registerSecurity(app, {
    limits: () => ({}),
    validation: () => ({}),
    security: () => securityReport(facts(), systemClock),
    monitor: () => monitor,
    beat: () => alerting.beat(),
    token: () => TOKEN,
    reach: 'loopback',
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(async () => {
    await app.close()
    await alerting.stop()
  })
  for (let credentialHash = 1; credentialHash <= 5; credentialHash++) {
    const [atMs, ip] = [Date.now(), '203.0.113.7']
    monitor.tell({ kind: 'auth.failed', atMs, ip, user: 'ada', credentialHash })
  }
  const { port } = app.server.address() as AddressInfo
  const environment = { STIER_HTTP_PORT: String(port), STIER_HTTP_ADMIN_TOKEN: TOKEN }
  return { monitor, ask: (...words: readonly string[]) => run(words, environment), port }
}

test('it tells what a running server has noticed and done', async () => {
  const { ask } = await startNoticing()
  const report = await ask('report')
  expect(report.code).toBe(0)
  for (const words of [
    'brute-force',
    `'ada' from 203.0.113.7`,
    'written',
    'security.spoolDirectory',
  ]) {
    expect(report.text).toContain(words)
  }
  expect((await ask('alerts')).text).toMatch(/high +brute-force +'ada' from 203\.0\.113\.7/)
  expect((await ask('alerts', '--user', 'bob')).text).toBe('Nothing was found\n')
  expect((await ask('timeline', '--user', 'ada')).text).toMatch(/began.*\n.*alert/)
  expect((await ask('rules')).text).toMatch(/brute-force +act +brute-force +5 +1 min +1 +1 +T1110/)
  const { alerts } = JSON.parse(`{"alerts":${(await ask('alerts', '--json')).text}}`) as {
    alerts: unknown[]
  }
  expect(alerts).toHaveLength(1)
  expect((await ask('heartbeat')).code).toBe(0)
})

test('it lets somebody in again, and refuses somebody', async () => {
  const { ask, monitor } = await startNoticing()
  const { id } = monitor.measures()[0]!
  expect((await ask('bans')).text).toContain(id)
  expect(await ask('unban', id)).toEqual({ code: 0, text: `Undone: ${id}\n` })
  expect((await ask('bans')).text).toBe('Nobody is refused\n')
  expect(await ask('unban', id)).toMatchObject({ code: 4, text: expect.stringContaining('no ban') })
  const made = await ask('ban', '--ip', '192.0.2.1', '--for', '2h', '--reason', 'a test')
  expect(made.text).toMatch(/192\.0\.2\.1 +for (2 h|120 min) +by-hand +a test/)
  expect(monitor.banOf('192.0.2.1')).toBeDefined()
  expect(await ask('bans', 'export')).toEqual({ code: 0, text: '192.0.2.1/32\n' })
  expect((await ask('bans', 'export', '--json')).text).toBe('["192.0.2.1/32"]\n')
  expect(await ask('bans', 'exprot')).toMatchObject({ code: 2 })
})

test('without the token, and without a server, it says so', async () => {
  const { port } = await startNoticing()
  const url = `http://127.0.0.1:${port}`
  expect(await run(['bans', '--url', url])).toMatchObject({
    code: 4,
    text: expect.stringMatching(/ST437.*401.*admin token[^]*http\.adminToken/),
  })
  const nowhere = await run(['bans', '--url', `http://127.0.0.1:${await freePort()}`])
  expect(nowhere).toMatchObject({ code: 4, text: expect.stringContaining('ECONNREFUSED') })
})

function recordedIn(folder: string): string {
  const path = join(folder, 'events.jsonl')
  const lines = Array.from({ length: 6 }, (_, index) => {
    const [atMs, label] = [1_000 * index, 'guessing']
    const guess = { kind: 'auth.failed', ip: '203.0.113.7', user: 'ada', credentialHash: index + 1 }
    return JSON.stringify({ ...guess, atMs, label })
  })
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

test('it tries rules on recorded events', async () => {
  const folder = temporaryFolder('replay')
  const events = recordedIn(folder)
  const { code, text } = await run(['replay', events])
  expect(code).toBe(0)
  expect(text).toContain('6 events from 1970-01-01T00:00:00.000Z')
  expect(text).toMatch(/brute-force +1 +1970-01-01T00:00:04\.000Z +5 +100 %/)
  expect(text).toMatch(/ban +'ada' from 203\.0\.113\.7 +for 10 min +brute-force/)
  expect(text).toContain('guessing  found by brute-force after 4 s and 5 events')
  const rules = join(folder, 'rules.json')
  writeFileSync(rules, '{"brute-force": {"threshold": 100}}')
  const lenient = await run(['replay', events, '--rules', rules])
  expect(lenient.text).toContain('guessing  NOT found in 6 events')
  writeFileSync(rules, '{"brute-force": {"treshold": 100}}')
  expect(await run(['replay', events, '--rules', rules])).toMatchObject({ code: 3 })
})

test('it tests rules on events that were made up', async () => {
  const folder = temporaryFolder('rule-tests')
  const file = join(folder, 'rules.test.json')
  const guess = { kind: 'auth.failed', ip: '192.0.2.1', user: 'ada', credential: '{n}', times: 5 }
  const tests = [{ name: 'guessing is found', events: [guess], expect: { 'brute-force': 1 } }]
  writeFileSync(file, JSON.stringify({ tests }))
  expect(await run(['test', file])).toEqual({
    code: 0,
    text: 'ok      guessing is found\n1 tests, 0 failed\n',
  })
  const rules = join(folder, 'rules.json')
  writeFileSync(rules, '{"brute-force": {"threshold": 6}}')
  const failed = await run(['test', file, '--rules', rules])
  expect(failed).toMatchObject({ code: 1, text: expect.stringContaining('told 0 times, not 1') })
  writeFileSync(file, '{}')
  expect(await run(['test', file])).toMatchObject({ text: expect.stringContaining('ST438') })
})

test('it verifies the records of a spool directory', async () => {
  const folder = temporaryFolder('verify')
  const alerting = await openAlerting({ spoolDirectory: folder, alerts: {} })
  const secret = 'a'.repeat(32)
  const monitor = createSecurityMonitor({ secret, journal: alerting.keep, principalsMax: 4_096 })
  monitor.tell({ kind: 'honeypot.touched', atMs: 1_000, ip: '203.0.113.7', name: 'users.pin' })
  await alerting.stop()
  const whole = await run(['verify', folder], { STIER_JWT_SECRET: secret })
  expect(whole).toMatchObject({ code: 0, text: expect.stringContaining('as they were written') })
  expect(await run(['verify', folder, '--secret', 'another one'])).toMatchObject({
    code: 1,
    text: expect.stringContaining('BROKEN'),
  })
})

test.each([
  [[], 'What is to be done?'],
  [['constructor'], `There is no 'constructor'`],
  [['unban'], 'Which one?'],
  [['ban'], 'Who is to be refused?'],
  [['replay'], 'Which events?'],
  [['replay', '/nowhere'], 'There is no /nowhere'],
  [['verify'], 'Which record?'],
])('%j is asked back', async (words, question) => {
  const { code, text } = await run(words)
  expect({ code, text }).toEqual({ code: 2, text: expect.stringContaining(question) })
})
