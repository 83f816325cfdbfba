import { expect, test } from 'vitest'
import { KEY } from '../../../../tests/support/certificate.ts'
import {
  CLIENT_CERTIFICATE as certificate,
  CLIENT_KEY as key,
} from '../../../../tests/support/alerts/client-certificate.ts'
import { option } from '../../../base/index.ts'
import { CHANNELS_CHECK } from './channel-rules.ts'
import { openAlerting } from './alerting.ts'
import { SECURITY_DEFAULTS } from '../options.ts'
import { ALERTING_CHECKS, ALERTING_DEFAULTS, securityParts } from './options.ts'
import { QuietHours } from './quiet-hours.ts'

const SECRET = 'https://hooks.example/s3cr3t'

function failureOf(work: () => unknown): Error {
  try {
    return expect.unreachable(JSON.stringify(work()))
  } catch (error) {
    return error as Error
  }
}

test.each([
  ['[]', 'no JSON object'],
  [{ 'a b': { kind: 'log' } }, `'a b' is no name`],
  [{ a: { kind: 'fax' } }, 'kind must be one of webhook, slack'],
  [{ a: { kind: 'slack' } }, 'slack needs url'],
  [{ a: { kind: 'email', url: 'smtp://h', from: 'a@b.c', to: [] } }, 'to has nobody in it'],
  [{ a: { kind: 'email', url: SECRET, from: 'a@b.c', to: ['a@b.c'] } }, 'url must be a URL smtps'],
  [{ a: { kind: 'slack', url: 'smtp://s3cr3t' } }, 'url must be a URL https'],
  [{ a: { kind: 'slack', url: SECRET, token: 's3cr3t' } }, `slack has no 'token'`],
  [{ a: { kind: 'webhook', url: SECRET, groupMs: -1 } }, 'groupMs must be a time'],
  [{ a: { kind: 'syslog', url: SECRET } }, 'url must be a URL tls:'],
  [{ a: { kind: 'syslog', url: 'udp://h', facility: 'kernel' } }, 'facility must be one of kern'],
  [{ a: { kind: 'syslog', url: 'udp://h', appName: 'a b' } }, 'appName must be'],
  [{ a: { kind: 'slack', url: SECRET, format: 'ecs' } }, `slack has no 'format'`],
  [{ a: { kind: 'log', format: 'cef' } }, 'format must be one of s-tier, ecs, ocsf'],
  [{ a: { kind: 'otlp' } }, 'otlp needs url'],
  [{ a: { kind: 'log', quietHours: ['25:00-26:00'] } }, 'quietHours must be'],
  [{ a: { kind: 'log', timeZone: 'Mars/Olympus' } }, 'timeZone must be'],
  [
    { a: { kind: 'email', url: 'smtp://h', from: 'a@b.c\r\nBcc: x@y.z', to: ['a@b.c'] } },
    'from must',
  ],
])('%j is refused without telling secrets', (value, words) => {
  const error = failureOf(() => option.checked('security.alerts', CHANNELS_CHECK, value))
  expect(error).toMatchObject({ code: 'ST001', details: expect.stringContaining(words) })
  expect(JSON.stringify([error, error.message])).not.toContain('s3cr3t')
})

test('a certificate is for TLS, and has the key that belongs to it', () => {
  const faultOf = (parts: object) =>
    CHANNELS_CHECK.fault?.({ a: { kind: 'syslog', url: 'tls://h', ...parts } })
  expect(faultOf({ certificate, key })).toBeUndefined()
  expect(faultOf({ certificate })).toContain('one of them is missing')
  expect(faultOf({ certificate, key: KEY })).toContain('not of each other')
  expect(faultOf({ certificate, key, url: 'tcp://h' })).toContain('tls://… only')
  const unreadable = faultOf({ certificate, key: 's3cr3t' })
  expect(unreadable).toContain('key must be a private key in PEM')
  expect(unreadable).not.toContain('s3cr3t')
  expect(CHANNELS_CHECK.fault?.({ a: { kind: 'slack', url: SECRET, key } })).toContain("no 'key'")
})

test('what is right is read, also as text', () => {
  const text = `{"ops":{"kind":"slack","url":"${SECRET}","groupMs":"5min"}}`
  expect(CHANNELS_CHECK.read(text)).toEqual({
    ops: { kind: 'slack', url: SECRET, groupMs: 300_000 },
  })
  expect(CHANNELS_CHECK.read('')).toEqual({})
})

test.each([[[{}]], [[{ rules: 'x' }]], [[{ ip: 'nowhere' }]], [[{ until: 'tomorrow' }]], ['{']])(
  '%j is no list of silences',
  value => {
    expect(ALERTING_CHECKS.silences.read(value)).toBeUndefined()
  },
)

test('a spool directory that cannot be used stops the start', async () => {
  const opening = openAlerting({ spoolDirectory: '/dev/null/spool' })
  await expect(opening).rejects.toMatchObject({
    code: 'ST434',
    message: expect.stringContaining('ENOTDIR'),
  })
})

test.each([
  ['2027-01-15T21:30:00Z', 'UTC', undefined],
  ['2027-01-15T22:00:10Z', 'UTC', '2027-01-16T07:00:00Z'],
  ['2027-01-16T06:59:59Z', 'UTC', '2027-01-16T07:00:00Z'],
  ['2027-01-16T07:00:00Z', 'UTC', undefined],
  ['2027-01-15T21:30:00Z', 'Europe/Berlin', '2027-01-16T06:00:00Z'],
])('at %s in %s people sleep until %s', (at, zone, end) => {
  const hours = new QuietHours(['22:00-07:00'], zone)
  expect(hours.endOf(Date.parse(at))).toBe(Date.parse(end ?? at))
})

test('the options of a server fall into those of the monitor and those of alerting', () => {
  const parts = securityParts({ ...SECURITY_DEFAULTS, ...ALERTING_DEFAULTS })
  expect(parts).toEqual({ watching: SECURITY_DEFAULTS, alerting: ALERTING_DEFAULTS })
})
