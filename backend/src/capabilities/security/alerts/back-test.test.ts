import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../tests/support/folder.ts'
import { createSecurityMonitor } from '../monitor.ts'
import { openAlerting } from './alerting.ts'
import { backTest } from './back-test.ts'
import { readEvents, type RecordedEvent, verifyRecord } from './recorded.ts'

const START_MS = 1_800_000_000_000

/** Somebody guesses eight times, among others who read. */
function someEvents(): readonly RecordedEvent[] {
  const events: RecordedEvent[] = []
  for (let second = 0; second < 40; second++) {
    const atMs = START_MS + second * 1_000
    const rows = 1
    events.push({ kind: 'read', atMs, ip: '198.51.100.1', user: 'bob', rows, label: 'benign' })
    if (second % 5 !== 0) continue
    const guess = { ip: '203.0.113.7', user: 'ada', credentialHash: second + 1 } as const
    events.push({ kind: 'auth.failed', atMs, ...guess, label: 'guessing' })
  }
  return events
}

test('a back-test says what would have been found, when, and whom something would have been done about', () => {
  const { events, rules, actedAgainst, labelled } = backTest(someEvents())
  expect(events).toBe(48)
  expect(rules).toMatchObject([{ rule: 'brute-force', alerts: 1, precision: 1 }])
  expect(actedAgainst).toMatchObject([
    { rule: 'brute-force', kind: 'ban', against: `'ada' from 203.0.113.7`, label: 'guessing' },
  ])
  expect(labelled).toMatchObject({ precision: 1, recall: 1, wronglyActed: 0 })
  expect(labelled?.attacks).toMatchObject([
    { label: 'guessing', events: 8, found: { rule: 'brute-force', afterEvents: 5 } },
  ])
})

test('rules that would be wrong show it, and an attack that is not found does too', () => {
  const rules = {
    'brute-force': null,
    'too-eager': { events: ['read'], per: 'user+ip', threshold: 3, response: ['ban'] },
  } as const
  const { labelled, rules: found } = backTest(someEvents(), { rules })
  expect(found).toMatchObject([{ rule: 'too-eager', precision: 0 }])
  expect(labelled).toMatchObject({ precision: 0, recall: 0 })
  expect(labelled!.wronglyActed).toBeGreaterThan(0)
  const unlabelled = someEvents().map(({ label: _label, ...event }) => event)
  expect(backTest(unlabelled)).toMatchObject({ labelled: undefined })
})

test('what is recorded is replayed as it was, over several files, and without what looks like a secret', async () => {
  const folder = temporaryFolder('events')
  const recordPath = join(folder, 'events.jsonl')
  const recording = { recordPath, recordBytesMax: 65_536, recordFilesMax: 4 }
  const alerting = await openAlerting({ ...recording, alerts: {} })
  const events = someEvents().map(({ label: _label, ...event }) => event)
  const padded = events.map(event => ({ ...event, route: '/'.padEnd(2_000, 'r') }))
  for (const event of padded) {
    alerting.record!({ ...event, detail: 'password=hunter2' })
    await new Promise(setImmediate)
  }
  await alerting.stop()
  expect([...readEvents(recordPath)]).toEqual(
    padded.map(event => ({ ...event, detail: 'password=[…]' })),
  )
  expect(readFileSync(`${recordPath}.1`, 'utf8').length).toBeGreaterThan(1_000)
})

test.each([
  ['no json', 'it is no JSON object'],
  ['{"kind":"guess","atMs":1,"ip":"a"}', 'its kind is none of auth.failed'],
  ['{"kind":"read","ip":"a"}', 'it needs atMs'],
])('a file with %j says where it is wrong', (line, words) => {
  const path = join(temporaryFolder('events'), 'events')
  writeFileSync(path, `{"kind":"read","atMs":1,"ip":"a"}\n${line}\n`)
  const read = () => [...readEvents(path)]
  expect(read).toThrow(expect.objectContaining({ code: 'ST433' }))
  expect(read).toThrow(`Line 2 of ${path} cannot be read: ${words}`)
})

test('the record goes on over restarts, and whoever changes, takes out or cuts off something is found out', async () => {
  const folder = temporaryFolder('record')
  const secret = 'of all processes'
  for (let life = 0; life < 3; life++) {
    const alerting = await openAlerting({ spoolDirectory: folder, alerts: {} })
    const { keep: journal, keptLast: journalAfter } = alerting
    const monitor = createSecurityMonitor({ mode: 'act', secret, journal, journalAfter })
    for (const { label: _label, ...event } of someEvents()) monitor.tell(event)
    await alerting.stop()
  }
  const path = join(folder, 'seat-1', 'record.jsonl')
  const { records, head } = verifyRecord(path, { secret })
  expect(records).toBe(6)
  const broken = expect.objectContaining({ code: 'ST431' })
  expect(() => verifyRecord(path)).toThrow(broken)
  const whole = readFileSync(path, 'utf8')
  const lines = whole.split('\n')
  const changes = [
    whole.replace('203.0.113.7', '203.0.113.8'),
    lines.toSpliced(2, 1).join('\n'),
    [lines[1], lines[0], ...lines.slice(2)].join('\n'),
  ]
  for (const change of changes) {
    writeFileSync(path, change)
    expect(() => verifyRecord(path, { secret })).toThrow(broken)
  }
  writeFileSync(path, `${lines.slice(0, -2).join('\n')}\n`)
  expect(verifyRecord(path, { secret }).records).toBe(5)
  expect(() => verifyRecord(path, { secret, head })).toThrow('the end is missing')
})
