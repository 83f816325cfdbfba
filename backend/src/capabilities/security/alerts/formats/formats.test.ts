import { expect, test } from 'vitest'
import { anAlert } from '../../../../../tests/support/alerts/an-alert.ts'
import { startCollector } from '../../../../../tests/support/alerts/collector.ts'
import { openAlerting } from '../alerting.ts'
import { commandOf } from '../evidence-command.ts'
import type { SecurityAlertingEvent } from '../events.ts'
import { heartbeatOf, noticeOf, oneMore } from '../notice.ts'
import { otlpBody } from '../sinks/otlp.ts'
import { ecsDocument } from './ecs.ts'
import { ocsfFinding } from './ocsf.ts'

const alert = anAlert({ id: 'the-id', outcome: 'ban' })
const notice = oneMore(noticeOf(alert), { ...alert, atMs: 4_000 })
const wide = noticeOf(anAlert({ principal: { kind: 'ip', ip: '2001:db8:1:2::/64' }, mitre: '' }))
const beat = heartbeatOf('beat', 'ops', 'one', 1_000)

test('ECS has the fields of an alert, with the values that it allows', () => {
  expect(ecsDocument(notice)).toMatchObject({
    '@timestamp': '1970-01-01T00:00:04.000Z',
    ecs: { version: expect.stringMatching(/^8\./) },
    message: expect.stringContaining('(2 times)'),
    event: {
      id: 'the-id',
      kind: 'alert',
      category: ['intrusion_detection'],
      type: ['denied'],
      action: 'ban',
      severity: 73,
      start: '1970-01-01T00:00:01.000Z',
      end: '1970-01-01T00:00:04.000Z',
    },
    rule: { name: 'brute-force' },
    source: { ip: '203.0.113.7' },
    user: { name: 'ada' },
    threat: {
      framework: 'MITRE ATT&CK',
      technique: { id: ['T1110'], subtechnique: { id: ['T1110.001'] } },
    },
    related: { ip: ['203.0.113.7'], user: ['ada'] },
    s_tier: { count: 2, command: 's-tier security timeline --ip=203.0.113.7 --user=ada' },
  })
})

test('a network is no address for ECS, and what is unknown is not there', () => {
  const document = ecsDocument(wide)
  expect(document).toMatchObject({
    source: { address: '2001:db8:1:2::/64' },
    related: { ip: [], user: [] },
    event: { type: ['info'], action: 'watched' },
  })
  expect(document.source).not.toHaveProperty('ip')
  expect(document).not.toHaveProperty('threat')
  expect(document).not.toHaveProperty('user')
  expect(ecsDocument(beat).event).toMatchObject({ kind: 'event', action: 'heartbeat' })
})

/** Those that the schema requires of a Detection Finding, and of the objects in it. */
const REQUIRED = [
  ...['activity_id', 'category_uid', 'class_uid', 'type_uid', 'severity_id', 'time'],
  ...['metadata.version', 'metadata.product.name', 'metadata.product.vendor_name'],
  ...['finding_info.uid', 'finding_info.title', 'finding_info.analytic.type_id'],
  ...['remediation.desc', 'message', 'status_id'],
]

test.each([notice, wide, beat])('OCSF has all that it requires of a Detection Finding', one => {
  const finding = ocsfFinding(one)
  for (const path of REQUIRED) expect(finding).toHaveProperty(path, expect.anything())
  const { class_uid, category_uid, activity_id, type_uid, time } = finding
  expect([class_uid, category_uid]).toEqual([2004, 2])
  expect(type_uid).toBe(class_uid * 100 + activity_id)
  expect(Number.isInteger(time)).toBe(true)
})

test('OCSF tells technique, evidence and observables', () => {
  expect(ocsfFinding(notice)).toMatchObject({
    severity_id: 4,
    activity_id: 1,
    is_alert: true,
    count: 2,
    ...{ time: 4_000, start_time: 1_000, end_time: 4_000 },
    finding_info: {
      uid: 'the-id',
      analytic: { name: 'brute-force', type_id: 1 },
      attacks: [{ technique: { uid: 'T1110' }, sub_technique: { uid: 'T1110.001' } }],
    },
    evidences: [{ src_endpoint: { ip: '203.0.113.7' }, user: { name: 'ada' } }],
    observables: [
      { type_id: 2, value: '203.0.113.7' },
      { type_id: 4, value: 'ada' },
    ],
  })
  expect(ocsfFinding(wide).finding_info).not.toHaveProperty('attacks')
  expect(ocsfFinding(wide).evidences[0]).toMatchObject({
    src_endpoint: { name: '2001:db8:1:2::/64' },
  })
  expect(ocsfFinding(beat)).toMatchObject({ is_alert: false, activity_id: 99 })
})

test('OTLP is a request of log records, with 64-bit numbers as text', () => {
  const [resource] = otlpBody([notice, beat]).resourceLogs
  expect(resource?.resource.attributes).toEqual([
    { key: 'service.name', value: { stringValue: 's-tier' } },
  ])
  const records = resource?.scopeLogs[0]?.logRecords
  expect(records).toMatchObject([
    {
      timeUnixNano: '4000000000',
      severityNumber: 17,
      eventName: 's_tier.security.alert',
      body: { stringValue: expect.stringContaining('brute-force') },
      attributes: expect.arrayContaining([
        { key: 'user.name', value: { stringValue: 'ada' } },
        { key: 's_tier.alert.count', value: { intValue: '2' } },
        {
          key: 'threat.technique.id',
          value: { arrayValue: { values: [{ stringValue: 'T1110.001' }] } },
        },
      ]),
    },
    { severityNumber: 9, eventName: 's_tier.security.heartbeat' },
  ])
})

test('webhook, OTLP and log send what they are told to', async () => {
  const collector = await startCollector()
  const { url } = collector
  const events: SecurityAlertingEvent[] = []
  const alerting = await openAlerting({
    alerts: {
      elastic: { kind: 'webhook', url, format: 'ecs', secret: 's', allowPrivate: true },
      lake: { kind: 'webhook', url: `${url}/lake`, format: 'ocsf', allowPrivate: true },
      traces: { kind: 'otlp', url, token: 't', allowPrivate: true },
      written: { kind: 'log', format: 'ocsf' },
    },
    heartbeatMs: 0,
    observe: event => void events.push(event),
  })
  await alerting.tell(alert)
  await expect.poll(() => collector.got.length).toBe(3)
  await alerting.stop()
  const bodies = new Map(collector.got.map(one => [one.url, one]))
  expect(JSON.parse(bodies.get('/')?.body ?? '')).toMatchObject({ event: { id: 'the-id' } })
  expect(bodies.get('/')?.headers['webhook-signature']).toMatch(/^v1,/)
  expect(JSON.parse(bodies.get('/lake')?.body ?? '')).toMatchObject({ class_uid: 2004 })
  expect(bodies.get('/v1/logs')?.headers.authorization).toBe('Bearer t')
  expect(bodies.get('/v1/logs')?.body).toContain('"resourceLogs"')
  expect(events).toMatchObject([{ kind: 'security.notice', document: { class_uid: 2004 } }])
})

test('the command for the evidence is one line of plain words for a shell', () => {
  const user = `ada'; rm -rf / $(x) \`y\``
  const one = noticeOf(anAlert({ principal: { kind: 'user', user } }))
  expect(commandOf(one)).toBe(`s-tier security timeline --user='ada'\\''; rm -rf / $(x) \`y\`'`)
  expect(commandOf(noticeOf(anAlert({ principal: { kind: 'all' } })))).toBe(
    's-tier security timeline',
  )
})
