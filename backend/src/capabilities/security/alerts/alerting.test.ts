import { createHmac } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type FakeClock, fakeClock } from '../../../../tests/support/fake-clock.ts'
import { temporaryFolder } from '../../../../tests/support/folder.ts'
import { freePort } from '../../../../tests/support/free-port.ts'
import type { Alert } from '../alert.ts'
import { type Alerting, type AlertingSetup, openAlerting } from './alerting.ts'
import type { AlertChannel } from './channel-rules.ts'
import type { SecurityAlertingEvent } from './events.ts'
import type { AlertSink } from './sink.ts'
import { anAlert } from '../../../../tests/support/alerts/an-alert.ts'
import { type Collector, startCollector } from '../../../../tests/support/alerts/collector.ts'

const MINUTE_MS = 60_000

interface Opened {
  readonly alerting: Alerting
  readonly clock: FakeClock
  readonly events: SecurityAlertingEvent[]
}

async function open(
  channels: Readonly<Record<string, Partial<AlertChannel>>>,
  setup: AlertingSetup = {},
): Promise<Opened> {
  const clock = fakeClock()
  const events: SecurityAlertingEvent[] = []
  const entries = Object.entries(channels).map(([name, channel]) => [
    name,
    { kind: 'webhook', allowPrivate: true, timeoutMs: 120_000, ...channel },
  ])
  const alerting = await openAlerting({
    alerts: Object.fromEntries(entries) as Record<string, AlertChannel>,
    heartbeatMs: 0,
    clock,
    node: 'one',
    random: () => 1,
    observe: event => void events.push(event),
    ...setup,
  })
  onTestFinished(() => alerting.stop())
  return { alerting, clock, events }
}

/** What arrived, by id and count. */
function arrivedAt(collector: Collector): readonly string[] {
  return collector.taken().map(({ body }) => {
    const { data } = JSON.parse(body) as { data: { id: string; count: number } }
    return `${data.id}×${data.count}`
  })
}

/** Moves the clock on until something is so. Time is virtual and the network is not: what is on its way gets there first. */
async function passing(
  { alerting, clock }: Opened,
  stepMs: number,
  isSo: () => boolean,
): Promise<void> {
  await expect
    .poll(
      () => {
        if (!isSo() && !isSending(alerting)) clock.advance(stepMs)
        return isSo()
      },
      { interval: 5, timeout: 10_000 },
    )
    .toBe(true)
}

/** Nothing is on its way: moving the clock now ends no message's time. */
async function quiet(alerting: Alerting): Promise<void> {
  await expect.poll(() => isSending(alerting)).toBe(false)
}

function isSending(alerting: Alerting): boolean {
  return alerting.report().channels.some(channel => channel.isSending)
}

test('an alert arrives at once; more of the same come as one with a count', async () => {
  const collector = await startCollector()
  const { alerting, clock } = await open({ ops: { url: collector.url, groupMs: MINUTE_MS } })
  const [first, second, third, other] = [
    anAlert(),
    anAlert(),
    anAlert(),
    anAlert({ rule: 'scanning' }),
  ] as [Alert, Alert, Alert, Alert]
  await alerting.tell(first)
  await expect.poll(() => arrivedAt(collector)).toEqual([`${first.id}×1`])
  await Promise.all([second, third, other, third].map(alert => alerting.tell(alert)))
  await expect.poll(() => arrivedAt(collector)).toHaveLength(2)
  await quiet(alerting)
  clock.advance(MINUTE_MS - 1)
  expect(arrivedAt(collector)).toEqual([`${first.id}×1`, `${other.id}×1`])
  clock.advance(1)
  await expect.poll(() => arrivedAt(collector)).toHaveLength(3)
  expect(arrivedAt(collector).at(-1)).toBe(`${second.id}×2`)
  expect(alerting.report().channels).toMatchObject([
    { name: 'ops', isWorking: true, delivered: 3, waiting: 0, grouped: 1, repeated: 1 },
  ])
})

test('what is worse than its group does not wait for it', async () => {
  const collector = await startCollector()
  const { alerting } = await open({ ops: { url: collector.url } })
  await alerting.tell(anAlert({ level: 'medium' }))
  const worse = anAlert({ level: 'critical' })
  await alerting.tell(worse)
  await expect.poll(() => arrivedAt(collector)).toContain(`${worse.id}×1`)
})

test('a channel gets what it wants, when it wants', async () => {
  const [night, few] = [await startCollector(), await startCollector()]
  const { alerting, clock } = await open(
    {
      night: { url: night.url, quietHours: ['23:00-01:00'] }, // It is 00:00.
      few: { url: few.url, levelMin: 'critical', rules: ['honeypot'] },
    },
    { silences: [{ rule: 'scanning', ip: '203.0.113.0/24', until: '1970-01-01T00:30:00Z' }] },
  )
  const medium = anAlert({ level: 'medium' })
  const high = anAlert({ rule: 'token-replay' })
  const silent = anAlert({ rule: 'scanning' })
  const wanted = anAlert({ rule: 'honeypot', level: 'critical' })
  for (const alert of [medium, high, silent, wanted]) await alerting.tell(alert)
  await expect.poll(() => arrivedAt(night)).toEqual([`${high.id}×1`, `${wanted.id}×1`])
  await expect.poll(() => arrivedAt(few)).toEqual([`${wanted.id}×1`])
  await quiet(alerting)
  clock.advance(60 * MINUTE_MS)
  await expect.poll(() => arrivedAt(night)).toContain(`${medium.id}×1`)
  expect(alerting.report().channels.map(({ silenced }) => silenced)).toEqual([1, 0])
  await alerting.tell(anAlert({ rule: 'scanning' }))
  await expect.poll(() => arrivedAt(night), { message: 'the silence is over' }).toHaveLength(4)
  alerting.setSilences([{ user: 'ada' }])
  await alerting.tell(anAlert({ rule: 'scanning', level: 'critical' }))
  expect(alerting.report().channels.map(({ silenced }) => silenced)).toEqual([2, 0])
  expect(() => alerting.setSilences([{}])).toThrow(expect.objectContaining({ code: 'ST001' }))
})

test('a sink that is down for ten minutes misses nothing and gets nothing twice, and others hear of it', async () => {
  const port = await freePort()
  const well = await startCollector()
  const folder = temporaryFolder('spool')
  const opened = await open(
    { down: { url: `http://127.0.0.1:${port}` }, well: { url: well.url, groupMs: 0 } },
    { spoolDirectory: folder },
  )
  const { alerting, clock, events } = opened
  const alerts = Array.from({ length: 12 }, (_, index) => anAlert({ rule: `rule-${index}` }))
  for (const alert of alerts) {
    await alerting.tell(alert)
    await quiet(alerting)
    clock.advance(50_000)
  }
  const isTold = () => well.taken().some(({ body }) => body.includes('alert-channel-down'))
  await passing(opened, 5_000, isTold)
  await expect.poll(() => arrivedAt(well)).toHaveLength(13)
  const report = () => alerting.report().channels[0]!
  expect(clock.now()).toBeGreaterThanOrEqual(10 * MINUTE_MS)
  expect(report()).toMatchObject({ isWorking: false, waiting: 12, delivered: 0 })
  expect(report().lastError).toContain('ECONNREFUSED')
  const waiting = () => readdirSync(join(folder, 'seat-1', 'queue', 'down'))
  expect(waiting()).toHaveLength(12)
  const back = await startCollector(port)
  await passing(opened, 60_000, () => report().waiting === 0)
  expect([...arrivedAt(back)].sort()).toEqual(alerts.map(({ id }) => `${id}×1`).sort())
  await expect.poll(waiting).toEqual([])
  const kinds = events.map(({ kind }) => kind)
  expect(kinds.filter(kind => kind === 'security.sink-failed')).toHaveLength(1)
  expect(kinds.filter(kind => kind === 'security.sink-works')).toHaveLength(1)
})

test('what the sink does not want holds up nothing else, and is given up at last', async () => {
  const collector = await startCollector()
  collector.answer = ({ body }) => (body.includes('poison') ? 422 : 200)
  collector.answerBody = 'no token=s3cr3t-in-answer please'
  const opened = await open({ ops: { url: collector.url } })
  const { alerting, events } = opened
  await alerting.tell(anAlert({ rule: 'poison' }))
  const good = anAlert()
  await alerting.tell(good)
  await expect.poll(() => arrivedAt(collector)).toEqual([`${good.id}×1`])
  await passing(opened, MINUTE_MS, () => alerting.report().channels[0]!.waiting === 0)
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'security.alerts-dropped', reason: 'refused', count: 1 }),
  )
  expect(alerting.report().channels[0]?.lastError).not.toContain('s3cr3t')
})

test('a full queue gives up the least important, and says so', async () => {
  const port = await freePort()
  const opened = await open(
    { down: { url: `http://127.0.0.1:${port}` } },
    { spoolBytesMax: 65_536, spoolDirectory: temporaryFolder('spool') },
  )
  const { alerting, events } = opened
  const evidence = ['x'.repeat(6_000)]
  const important = anAlert({ level: 'critical', evidence })
  await alerting.tell(important)
  for (let index = 0; index < 20; index++) {
    await alerting.tell(anAlert({ rule: `rule-${index}`, level: 'low', evidence }))
  }
  const [report] = alerting.report().channels
  expect(report!.waitingBytes).toBeLessThanOrEqual(65_536)
  expect(report!.waiting + report!.dropped).toBe(21)
  expect(events).toContainEqual(expect.objectContaining({ reason: 'full' }))
  const back = await startCollector(port)
  await passing(opened, MINUTE_MS, () => alerting.report().channels[0]!.waiting === 0)
  expect(arrivedAt(back)).toContain(`${important.id}×1`)
})

test('messages are bounded per minute, and what waits goes into one where that is possible', async () => {
  const sent: number[] = []
  const sink: AlertSink = {
    name: 'own',
    send: notices => Promise.resolve(void sent.push(notices.length)),
  }
  const opened = await open({}, { sinks: [sink] })
  const { alerting } = opened
  for (let index = 0; index < 400; index++) await alerting.tell(anAlert({ rule: `rule-${index}` }))
  await expect.poll(() => alerting.report().channels[0]!.waiting).toBeLessThan(400)
  const atOnce = sent.length
  expect(atOnce).toBeLessThanOrEqual(16)
  await passing(opened, 1_000, () => alerting.report().channels[0]!.waiting === 0)
  expect(sent.reduce((sum, count) => sum + count)).toBe(400)
  expect(Math.max(...sent)).toBe(10)
})

test('a heartbeat goes through each channel, and one that fails is noticed by it', async () => {
  const port = await freePort()
  const collector = await startCollector()
  const { alerting, clock, events } = await open(
    {
      ops: { url: collector.url },
      dead: { url: `http://127.0.0.1:${port}` },
      read: { kind: 'slack', url: collector.url },
    },
    { heartbeatMs: MINUTE_MS },
  )
  clock.advance(1_000)
  await expect.poll(() => collector.taken().length).toBe(2) // Slack gets its first one, too.
  await expect
    .poll(() => events)
    .toContainEqual(expect.objectContaining({ kind: 'security.sink-failed', sink: 'dead' }))
  await quiet(alerting)
  clock.advance(MINUTE_MS)
  const beats = () => collector.taken().filter(({ body }) => body.includes('security.heartbeat'))
  await expect.poll(() => beats().length, { message: 'of ops, whose rhythm it is' }).toBe(2)
  expect(JSON.parse(beats()[0]!.body)).toMatchObject({
    data: { rule: 'heartbeat', summary: `Alerts of 'one' reach 'ops'` },
  })
  expect(alerting.report().channels.map(({ isWorking }) => isWorking)).toEqual([true, false, true])
})

test('what is sent is signed as Standard Webhooks are, with the same id each time', async () => {
  const collector = await startCollector()
  let isFirst = true
  collector.answer = () => (isFirst ? ((isFirst = false), 503) : 200)
  const secret = `whsec_${Buffer.from('a key of the receiver').toString('base64')}`
  const opened = await open({ ops: { url: collector.url, secret } })
  const { alerting } = opened
  await alerting.tell(anAlert({ id: 'the-alert' }))
  await passing(opened, 1_000, () => collector.got.length === 2)
  for (const { headers, body } of collector.got) {
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = headers
    expect(id).toBe('the-alert')
    const text = `the-alert.${String(at)}.${body}`
    const expected = createHmac('sha256', 'a key of the receiver').update(text).digest('base64')
    expect(signature).toBe(`v1,${expected}`)
  }
})

test('an incident of PagerDuty is resolved when nothing more was found for a while', async () => {
  const collector = await startCollector()
  const { alerting, clock } = await open({
    page: {
      kind: 'pagerduty',
      url: collector.url,
      routingKey: 'k',
      resolveAfterMs: 10 * MINUTE_MS,
    },
  })
  const sent = () =>
    collector.got.map(({ body }) => JSON.parse(body) as { event_action: string; dedup_key: string })
  await alerting.tell(anAlert())
  await expect.poll(sent).toMatchObject([{ event_action: 'trigger', routing_key: 'k' }])
  await quiet(alerting)
  clock.advance(9 * MINUTE_MS)
  await alerting.tell(anAlert())
  await expect.poll(sent).toHaveLength(2)
  await quiet(alerting)
  clock.advance(9 * MINUTE_MS)
  expect(sent()).toHaveLength(2)
  clock.advance(MINUTE_MS)
  await expect.poll(sent).toHaveLength(3)
  expect(sent().map(({ event_action }) => event_action)).toEqual(['trigger', 'trigger', 'resolve'])
  expect(new Set(sent().map(({ dedup_key }) => dedup_key)).size).toBe(1)
})
