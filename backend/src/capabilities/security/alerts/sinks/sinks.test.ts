import { type AddressInfo, createServer } from 'node:net'
import { once, setMaxListeners } from 'node:events'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { expect, onTestFinished, test } from 'vitest'
import { CERTIFICATE, KEY } from '../../../../../tests/support/certificate.ts'
import { systemClock } from '../../../../base/index.ts'
import { isPublicAddress } from '../addresses.ts'
import type { AlertChannel } from '../channel-rules.ts'
import { makeSink } from '../make-sink.ts'
import { heartbeatOf, noticeOf, resolvedOf } from '../notice.ts'
import type { AlertSink } from '../sink.ts'
import { anAlert } from '../../../../../tests/support/alerts/an-alert.ts'
import { startCollector } from '../../../../../tests/support/alerts/collector.ts'

const LASTING = new AbortController().signal
setMaxListeners(0, LASTING) // Of all tests.

function sinkOf(channel: AlertChannel, timeoutMs = 5_000): AlertSink {
  const times = { timeoutMs, resolveAfterMs: 3_600_000, heartbeatMs: 60_000 }
  const observe = () => undefined
  return makeSink({ name: 'ops', channel, ...times, clock: systemClock, observe }).sink
}

const notice = noticeOf(anAlert({ id: 'the-id' }))

test.each([
  ['8.8.8.8', true],
  ['2606:4700::1111', true],
  ['127.0.0.1', false],
  ['0.0.0.0', false],
  ['10.1.2.3', false],
  ['172.31.255.255', false],
  ['192.168.1.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::1', false],
  ['::', false],
  ['::ffff:8.8.8.8', false],
  ['::ffff:127.0.0.1', false],
  ['64:ff9b::7f00:1', false],
  ['fc00::1', false],
  ['fe80::1', false],
  ['2002:7f00:1::', false],
  ['2001:db8::1', false],
  ['no address', false],
])('%s is of the Internet: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected)
})

test.each(['http://127.0.0.1:1', 'http://[::1]:1', 'http://localhost:1', 'http://0x7f.1:1'])(
  '%s is not asked unless that is said',
  async url => {
    const refused = sinkOf({ kind: 'webhook', url }).send([notice], LASTING)
    await expect(refused).rejects.toMatchObject({
      code: 'ST432',
      message: expect.stringContaining('not of the Internet'),
      hint: expect.stringContaining('allowPrivate'),
    })
    const asked = sinkOf({ kind: 'webhook', url, allowPrivate: true }).send([notice], LASTING)
    await expect(asked).rejects.toMatchObject({ message: expect.stringContaining('ECONNREFUSED') })
  },
)

test('a redirect is not followed, and an answer is not read to its end', async () => {
  const [inside, outside] = [await startCollector(), await startCollector()]
  outside.answer = () => 307
  outside.answerHeaders = { location: inside.url }
  outside.answerBody = 'x'.repeat(10_000_000)
  const channel = { kind: 'webhook', url: outside.url, allowPrivate: true } as const
  await expect(sinkOf(channel).send([notice], LASTING)).rejects.toMatchObject({
    message: expect.stringContaining('answered 307'),
    hint: 'Redirects are not followed: name the last address.',
  })
  expect(inside.got).toEqual([])
  outside.answer = () => 429
  outside.answerHeaders = { 'retry-after': '30' }
  await expect(sinkOf(channel).send([notice], LASTING)).rejects.toMatchObject({
    retryAfterMs: 30_000,
    isOfContent: false,
  })
})

test('one that takes the connection and says nothing is left when the time is over', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void silent.close())
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const ended = sinkOf({ kind: 'slack', url, allowPrivate: true }).send(
    [notice],
    AbortSignal.timeout(50),
  )
  await expect(ended).rejects.toMatchObject({ message: expect.stringContaining('in time') })
})

test('no message of an error has what is secret in a URL', async () => {
  const collector = await startCollector()
  collector.answer = () => 404
  const url = `${collector.url}/services/T0/B0/s3cr3t-path`
  const sent = sinkOf({ kind: 'slack', url, allowPrivate: true }).send([notice], LASTING)
  const error = await sent.catch((failure: unknown) => failure)
  expect(JSON.stringify([error, (error as Error).message])).not.toContain('s3cr3t')
})

test('Slack gets text that a client cannot make into marks or mentions', async () => {
  const collector = await startCollector()
  const sink = sinkOf({ kind: 'slack', url: collector.url, allowPrivate: true })
  const evil = noticeOf(
    anAlert({ summary: '<!channel> *now* & <https://evil.example|here>', evidence: ['``` out'] }),
  )
  await sink.send([evil, notice], LASTING)
  const { text, blocks } = JSON.parse(collector.got[0]!.body) as { text: string; blocks: unknown[] }
  expect(text).toContain('&lt;!channel&gt;')
  expect(JSON.stringify(blocks)).not.toMatch(/<|``` out/)
  expect(blocks).toHaveLength(4)
})

test('PagerDuty gets events that trigger and resolve under one key; a heartbeat calls nobody', async () => {
  const collector = await startCollector()
  const { url } = collector
  const sink = sinkOf({ kind: 'pagerduty', url, routingKey: 'key', allowPrivate: true })
  const beat = heartbeatOf('beat', 'ops', 'one', 1)
  await sink.send([notice, resolvedOf(notice), beat], LASTING)
  const [trigger, resolve, heartbeat] = collector.got.map(({ body }) => JSON.parse(body) as object)
  const of = { routing_key: 'key', dedup_key: notice.key }
  expect(trigger).toMatchObject({
    ...of,
    event_action: 'trigger',
    payload: {
      summary: expect.stringContaining(`brute-force: 'ada' from 203.0.113.7`),
      source: 'one',
      severity: 'error',
      class: 'brute-force',
      custom_details: { id: 'the-id', query: '/security/timeline?ip=203.0.113.7&user=ada' },
    },
  })
  expect(resolve).toEqual({ ...of, event_action: 'resolve' })
  expect(heartbeat).toMatchObject({ event_action: 'resolve', dedup_key: beat.key })
})

test('Alertmanager gets alerts that end by themselves, also below a path and with a token', async () => {
  const collector = await startCollector()
  const url = `${collector.url}/am/`
  const sink = sinkOf({ kind: 'alertmanager', url, token: 'a-token', allowPrivate: true })
  await sink.send([notice, heartbeatOf('beat', 'ops', 'one', 0)], LASTING)
  const [{ url: path, headers, body }] = collector.got as [(typeof collector.got)[0]]
  expect(path).toBe('/am/api/v2/alerts')
  expect(headers.authorization).toBe('Bearer a-token')
  expect(JSON.parse(body)).toMatchObject([
    {
      labels: { alertname: 'STierSecurity', severity: 'high', rule: 'brute-force' },
      annotations: { count: '1', mitre: 'T1110.001' },
      startsAt: '1970-01-01T00:00:01.000Z',
      endsAt: '1970-01-01T01:00:01.000Z',
    },
    { labels: { alertname: 'STierHeartbeat', node: 'one' }, endsAt: '1970-01-01T00:02:30.000Z' },
  ])
})

interface Mail {
  readonly to: readonly string[]
  readonly text: string
  readonly isSecure: boolean
  readonly user: unknown
}

async function startMailServer(options: SMTPServerOptions = {}) {
  const mails: Mail[] = []
  const server = new SMTPServer({
    ...{ key: KEY, cert: CERTIFICATE, authOptional: true, disableReverseLookup: true },
    onAuth({ username, password }, _session, done) {
      if (password === 's3cr3t') done(null, { user: username })
      else done(new Error('wrong'))
    },
    onData(stream, { secure, user, envelope }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = envelope.rcptTo.map(({ address }) => address)
        const text = Buffer.concat(chunks).toString('utf8')
        mails.push({ to, text, isSecure: secure, user })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => undefined) // Clients that do not trust it.
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  onTestFinished(() => server.close(() => undefined))
  return { mails, port: (listening.address() as AddressInfo).port }
}

const PEOPLE = { from: 'S-Tier <s-tier@example.com>', to: ['ops@example.com', 'b@example.com'] }

test('mail goes over TLS with one message for all that waits', async () => {
  const { mails, port } = await startMailServer()
  const url = `smtp://alerts:s3cr3t@localhost:${port}`
  const sink = sinkOf({ kind: 'email', url, ca: CERTIFICATE, ...PEOPLE })
  const worse = noticeOf(
    anAlert({ level: 'critical', summary: 'line\r\nBcc: all@evil.example\r\n\r\nbody' }),
  )
  await sink.send([notice, worse], LASTING)
  const [mail] = mails as [Mail]
  expect(mail).toMatchObject({ to: PEOPLE.to, isSecure: true, user: 'alerts' })
  const [head = '', ...body] = mail.text.split('\r\n\r\n')
  const unfolded = head.replace(/\r\n\s+/g, ' ')
  expect(unfolded).toMatch(/^Subject: \[s-tier CRITICAL\] line··Bcc: .* and 1 more$|Subject: =\?/m)
  expect(unfolded).not.toMatch(/^Bcc:/m)
  expect(unfolded).toMatch(/^Message-ID: <[\da-f]{32}@example\.com>$/m)
  expect(unfolded).toMatch(/^Auto-Submitted: auto-generated$/m)
  expect(body.join('\n')).toContain('What might be done')
})

test('mail is not sent without TLS that is trusted, unless that is said', async () => {
  const plain = await startMailServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] })
  const url = `smtp://localhost:${plain.port}`
  const refused = sinkOf({ kind: 'email', url, ...PEOPLE }).send([notice], LASTING)
  await expect(refused).rejects.toMatchObject({ code: 'ST432' })
  expect(plain.mails).toEqual([])
  await sinkOf({ kind: 'email', url, requireTls: false, ...PEOPLE }).send([notice], LASTING)
  expect(plain.mails).toHaveLength(1)
  const unknown = await startMailServer()
  const untrusted = sinkOf({ kind: 'email', url: `smtp://localhost:${unknown.port}`, ...PEOPLE })
  await expect(untrusted.send([notice], LASTING)).rejects.toMatchObject({ code: 'ST432' })
  expect(unknown.mails).toEqual([])
})

test('a relay inside is used unless that is forbidden; an address of nobody only if it is said', async () => {
  const { mails, port } = await startMailServer()
  const sink = (url: string, allowPrivate?: boolean) => {
    const given = allowPrivate === undefined ? {} : { allowPrivate }
    return sinkOf({ kind: 'email', url, ca: CERTIFICATE, ...given, ...PEOPLE })
  }
  const signal = AbortSignal.timeout(5_000)
  await expect(
    sink(`smtp://localhost:${port}`, false).send([notice], signal),
  ).rejects.toMatchObject({
    code: 'ST432',
    message: expect.stringContaining('not of the Internet'),
  })
  await expect(sink('smtp://169.254.169.254:25').send([notice], signal)).rejects.toMatchObject({
    message: expect.stringContaining('the address of no server'),
  })
  expect(mails).toEqual([])
  await sink(`smtp://localhost:${port}`).send([notice], signal)
  await sink(`smtp://127.0.0.1:${port}`).send([notice], signal)
  expect(mails).toHaveLength(2)
})

test('a wrong password is told without it', async () => {
  const { mails, port } = await startMailServer()
  const url = `smtp://alerts:wr0ng-s3cr3t@localhost:${port}`
  const sink = sinkOf({ kind: 'email', url, ca: CERTIFICATE, ...PEOPLE })
  const error = await sink.send([notice], LASTING).catch((failure: unknown) => failure as Error)
  expect(error).toMatchObject({ message: expect.stringContaining('EAUTH') })
  expect((error as Error).message).not.toContain('wr0ng')
  expect(mails).toEqual([])
})
