import { expect, onTestFinished, test } from 'vitest'
import { anAlert } from '../../../../../tests/support/alerts/an-alert.ts'
import { startCollector } from '../../../../../tests/support/alerts/collector.ts'
import { fakeClock } from '../../../../../tests/support/fake-clock.ts'
import { openAlerting } from '../alerting.ts'
import type { SecurityAlertingEvent } from '../events.ts'
import { partialSuccessOf } from './otlp-answer.ts'

/** One channel to a collector that answers as the test wants. */
async function open() {
  const collector = await startCollector()
  const clock = fakeClock()
  const events: SecurityAlertingEvent[] = []
  const alerting = await openAlerting({
    alerts: { otel: { kind: 'otlp', url: collector.url, allowPrivate: true } },
    ...{ heartbeatMs: 0, clock, observe: event => void events.push(event) },
  })
  onTestFinished(() => alerting.stop())
  const report = () => alerting.report().channels[0]
  const kinds = () => events.map(({ kind }) => kind)
  /** Nothing is on its way. */
  const quiet = () => expect.poll(() => report()?.isSending).toBe(false)
  return { collector, clock, events, alerting, report, kinds, quiet }
}

test('what a collector took and threw away is told with its words, and does not come again', async () => {
  const { collector, clock, events, alerting, report, quiet } = await open()
  collector.answerBody = JSON.stringify({
    partialSuccess: { rejectedLogRecords: '1', errorMessage: 'too old, token=s3cr3t-in-answer' },
  })
  await alerting.tell(anAlert())
  await expect.poll(() => report()?.dropped).toBe(1)
  await quiet()
  expect(report()).toMatchObject({ waiting: 0, delivered: 0, isWorking: true })
  expect(events).toEqual([
    {
      ...{ kind: 'security.alerts-rejected', sink: 'otel', count: 1 },
      message: expect.stringContaining('too old'),
    },
  ])
  expect(JSON.stringify(events)).not.toContain('s3cr3t')
  await alerting.tell(anAlert({ rule: 'another' }))
  await expect.poll(() => report()?.dropped).toBe(2)
  expect(events).toHaveLength(1) // Once a minute.
  clock.advance(60_000)
  await alerting.tell(anAlert({ rule: 'a third one' }))
  await expect.poll(() => events.at(-1)).toMatchObject({ count: 3 })
  clock.advance(600_000)
  await quiet()
  expect(collector.got).toHaveLength(3)
})

test.each([429, 503])('after %d nothing comes before Retry-After is over', async status => {
  const { collector, clock, alerting, report, kinds, quiet } = await open()
  collector.answer = () => status
  collector.answerHeaders = { 'retry-after': '120' }
  await alerting.tell(anAlert())
  await expect.poll(kinds).toEqual(['security.sink-failed'])
  await quiet()
  collector.answer = () => 200
  clock.advance(119_000)
  await alerting.tell(anAlert({ rule: 'another' }))
  await quiet()
  expect(collector.got).toHaveLength(1)
  clock.advance(1_000)
  await expect.poll(() => report()?.delivered).toBe(2)
  expect(kinds()).toEqual(['security.sink-failed', 'security.sink-works'])
})

test('what a collector calls bad data is given up at once, and what was with it arrives', async () => {
  const { collector, clock, alerting, report, kinds } = await open()
  collector.answer = ({ body }) => (body.includes('poison') ? 400 : 200)
  await Promise.all([alerting.tell(anAlert({ rule: 'poison' })), alerting.tell(anAlert())])
  await expect
    .poll(() => (clock.advance(1_000), report()))
    .toMatchObject({
      ...{ waiting: 0, delivered: 1, dropped: 1 },
    })
  const alone = collector.got.filter(({ body }) => body.match(/timeUnixNano/g)?.length === 1)
  expect(alone.filter(({ body }) => body.includes('poison'))).toHaveLength(1)
  expect(kinds()).toContain('security.alerts-dropped')
})

test.each([
  ['', undefined],
  ['{}', undefined],
  ['no JSON', undefined],
  ['{"partialSuccess":{}}', undefined],
  ['{"partialSuccess":[]}', undefined],
  ['{"partialSuccess":{"rejectedLogRecords":"0"}}', undefined],
  ['{"partialSuccess":{"rejectedLogRecords":-1}}', undefined],
  ['{"partialSuccess":{"rejectedLogRecords":3}}', { count: 3, message: '' }],
  ['{"partialSuccess":{"errorMessage":"a hint"}}', { count: 0, message: 'a hint' }],
  ['{"partialSuccess":{"rejectedLogRecords":"x","errorMessage":7}}', undefined],
])('%j says %j', (body, expected) => {
  expect(partialSuccessOf(body)).toEqual(expected)
})
