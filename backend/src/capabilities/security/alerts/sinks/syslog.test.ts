import { expect, test } from 'vitest'
import { TLSSocket } from 'node:tls'
import { CERTIFICATE, KEY } from '../../../../../tests/support/certificate.ts'
import { anAlert } from '../../../../../tests/support/alerts/an-alert.ts'
import {
  CLIENT_CERTIFICATE,
  CLIENT_KEY,
} from '../../../../../tests/support/alerts/client-certificate.ts'
import { startSyslogServer } from '../../../../../tests/support/alerts/syslog-server.ts'
import { type Clock, systemClock } from '../../../../base/index.ts'
import type { AlertChannel } from '../channel-rules.ts'
import { makeSink } from '../make-sink.ts'
import { heartbeatOf, noticeOf } from '../notice.ts'
import type { AlertSink } from '../sink.ts'

const lasting = () => new AbortController().signal
/** PRI VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG, as RFC 5424 has them. */
const MESSAGE =
  /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([!-~]{1,255}) ([!-~]{1,48}) (\d+) ([!-~]{1,32}) (\[(?:\\.|[^\]\\])*\]) (\ufeff?[^\u0000-\u001f\u007f]*)$/

function sinkOf(channel: Omit<AlertChannel, 'kind'>, clock: Clock = systemClock): AlertSink {
  const times = { timeoutMs: 5_000, resolveAfterMs: 3_600_000, heartbeatMs: 60_000 }
  const rules = { kind: 'syslog', ...channel } as const
  const observe = () => undefined
  return makeSink({ name: 'ops', channel: rules, ...times, clock, observe }).sink
}

const notice = noticeOf(anAlert({ id: 'the-id' }))
const evil = noticeOf(
  anAlert({
    level: 'critical',
    principal: { kind: 'user', user: 'ä"]\\\n<0>1 forged\u2028\u0007' },
    summary: 'one\r\n<0>1 - - - - - two\u0085\u202e é',
    evidence: ['x'.repeat(300)],
  }),
)

test.each(['udp', 'tcp', 'tls'] as const)(
  'by %s each alert is one message, whatever a client has sent',
  async protocol => {
    const { url, got } = await startSyslogServer(protocol)
    const ca = protocol === 'tls' ? { ca: CERTIFICATE } : {}
    const sink = sinkOf({ url, facility: 'local3', appName: 'api', ...ca })
    await sink.send([notice, evil, heartbeatOf('beat', 'ops', 'one', 0)], lasting())
    await expect.poll(() => got.length).toBe(3)
    const [plain, forged, heartbeat] = got.map(text => MESSAGE.exec(text) ?? [text])
    expect(plain?.[1]).toBe(String(19 * 8 + 3))
    expect(plain?.slice(2, 7)).toEqual([
      '1970-01-01T00:00:01.000Z',
      expect.any(String),
      'api',
      String(process.pid),
      'brute-force',
    ])
    expect(plain?.[7]).toMatch(
      /^\[stier@32473 id="the-id" kind="alert" key="brute-force-\w+" rule="brute-force" /,
    )
    expect(plain?.[7]).toContain('user="ada"')
    expect(plain?.[8]).toContain(`high: brute-force: 'ada' from 203.0.113.7`)
    expect(forged?.[1]).toBe(String(19 * 8 + 2))
    expect(forged?.[7]).toContain('user="ä\\"\\]\\\\·<0>1 forged··"')
    expect(forged?.[8]).toMatch(/^\ufeffcritical: .*one··<0>1 - - - - - two·· é/)
    expect(heartbeat?.[6]).toBe('heartbeat')
  },
)

test('as ECS and OCSF it is JSON in ASCII; by UDP without its evidence where that were too long', async () => {
  const { url, got } = await startSyslogServer('udp')
  const long = noticeOf(anAlert({ evidence: Array<string>(10).fill('ö'.repeat(300)) }))
  await sinkOf({ url, format: 'ecs' }).send([long, evil], lasting())
  await sinkOf({ url, format: 'ocsf' }).send([evil], lasting())
  await expect.poll(() => got.length).toBe(3)
  const documents = got.map(text => {
    const json = MESSAGE.exec(text)?.[8] ?? ''
    expect(json).toMatch(/^[ -~]+$/)
    return JSON.parse(json) as { s_tier?: { evidence: string[] }; class_uid?: number }
  })
  expect(documents[0]?.s_tier?.evidence).toEqual([])
  expect(documents[1]?.s_tier?.evidence).toEqual(['x'.repeat(300)])
  expect(documents[2]?.class_uid).toBe(2004)
})

test('text that is too long for a datagram is cut between characters', async () => {
  const { url, got } = await startSyslogServer('udp')
  await sinkOf({ url }).send([noticeOf(anAlert({ summary: 'é'.repeat(3_000) }))], lasting())
  await expect.poll(() => got.length).toBe(1)
  expect(Buffer.byteLength(got[0] ?? '')).toBeLessThanOrEqual(2_048)
  expect(got[0]).toMatch(/é$/)
})

test('TLS that is not trusted, and nobody there, are told; a connection that breaks is no delivery', async () => {
  const { url, got } = await startSyslogServer('tls')
  await expect(sinkOf({ url }).send([notice], lasting())).rejects.toMatchObject({
    code: 'ST432',
    message: expect.stringMatching(/CERT|SIGNED/),
  })
  expect(got).toEqual([])
  const nowhere = sinkOf({ url: 'tcp://localhost:1' }).send([notice], lasting())
  await expect(nowhere).rejects.toMatchObject({ message: expect.stringContaining('ECONNREFUSED') })
  const broken = await startSyslogServer('tcp', socket => void socket.resetAndDestroy())
  await expect(sinkOf({ url: broken.url }).send([notice], lasting())).rejects.toMatchObject({
    code: 'ST432',
  })
})

test('a receiver that asks who is there is shown a certificate; without the right one nothing arrives', async () => {
  const names: unknown[] = []
  const { url, got } = await startSyslogServer(
    'tls',
    socket => {
      if (socket instanceof TLSSocket) names.push(socket.getPeerCertificate().subject.CN)
    },
    CLIENT_CERTIFICATE,
  )
  const ca = CERTIFICATE
  await sinkOf({ url, ca, certificate: CLIENT_CERTIFICATE, key: CLIENT_KEY }).send(
    [notice],
    lasting(),
  )
  await expect.poll(() => got).toHaveLength(1)
  expect(names).toEqual(['s-tier-client'])
  for (const own of [{}, { certificate: CERTIFICATE, key: KEY }]) {
    await expect(sinkOf({ url, ca, ...own }).send([notice], lasting())).rejects.toMatchObject({
      code: 'ST432',
    })
  }
  expect(got).toHaveLength(1)
})

test('one that never closes has taken it; one that takes no connection is left when the time is over', async () => {
  const { url } = await startSyslogServer('tcp', socket => void (socket.allowHalfOpen = true))
  const hasty: Clock = { ...systemClock, after: (_ms, then) => systemClock.after(0, then) }
  await sinkOf({ url }, hasty).send([notice], lasting())
  const ended = sinkOf({ url: 'tls://localhost:1' }).send([notice], AbortSignal.abort())
  await expect(ended).rejects.toMatchObject({ message: expect.stringContaining('in time') })
})

test.each([
  [undefined, 'udp://169.254.169.254', 'the address of no server'],
  [undefined, 'tcp://[ff02::1]', 'the address of no server'],
  [false, 'tcp://localhost:1', 'not of the Internet'],
])('with allowPrivate %s nothing is sent to %s', async (allowPrivate, url, words) => {
  const given = allowPrivate === undefined ? {} : { allowPrivate }
  await expect(sinkOf({ url, ...given }).send([notice], lasting())).rejects.toMatchObject({
    code: 'ST432',
    message: expect.stringContaining(words),
    hint: expect.stringContaining('allowPrivate'),
  })
})
