import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../../../tests/support/folder.ts'
import { createSecurityMonitor } from '../monitor.ts'
import type { SecurityEvent } from '../types.ts'
import { openAlerting } from './alerting.ts'
import { startCollector } from '../../../../tests/support/alerts/collector.ts'

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLXBsYW50ZWQtaGVyZQ'
const KEY = 'sk_planted_0123456789abcdefghijklmnopqrstuv'
const PLANTED = [TOKEN, KEY, 'hunter2', 'c2lnbmF0dXJl']

function allOf(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return files
    .filter(file => file.isFile())
    .map(file => readFileSync(join(file.parentPath, file.name), 'utf8'))
    .join('\n')
}

test('tokens that were planted in what is told reach no sink, no spool and no record', async () => {
  const collector = await startCollector()
  const folder = temporaryFolder('secrets')
  const { url } = collector
  const alerting = await openAlerting({
    alerts: {
      hook: { kind: 'webhook', url, allowPrivate: true },
      chat: { kind: 'slack', url, allowPrivate: true },
      page: { kind: 'pagerduty', url, routingKey: 'k', allowPrivate: true },
      prom: { kind: 'alertmanager', url, allowPrivate: true },
    },
    spoolDirectory: folder,
    heartbeatMs: 0,
  })
  onTestFinished(() => alerting.stop())
  const monitor = createSecurityMonitor({ mode: 'act', journal: alerting.keep })
  monitor.onAlert(alert => void alerting.tell(alert))
  const event: SecurityEvent = {
    kind: 'honeypot.touched',
    atMs: Date.now(),
    ip: '203.0.113.7',
    user: `ada ${KEY}`,
    route: `/secrets?token=${KEY}`,
    name: TOKEN,
    key: 'users.password',
    sought: `Bearer ${TOKEN}`,
    detail: `password=hunter2 Authorization: Bearer ${KEY}`,
  }
  monitor.tell(event)
  await expect.poll(() => collector.got.length).toBe(4)
  await alerting.stop()
  const everything = [...collector.got.map(({ body, url: path }) => body + path), allOf(folder)]
  expect(everything.join('\n')).toContain('honeypot')
  for (const secret of PLANTED) expect(everything.join('\n')).not.toContain(secret)
})
