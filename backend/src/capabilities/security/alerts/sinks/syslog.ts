import { createSocket } from 'node:dgram'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Clock } from '../../../../base/index.ts'
import { aborted } from '../aborted.ts'
import { type Address, addressOf, failureOf, type Reach } from '../address-of.ts'
import { AlertUndeliveredError } from '../errors.ts'
import type { Notice } from '../notice.ts'
import type { SinkNature } from '../sink.ts'
import { type MessageRules, syslogMessage } from './syslog-message.ts'

interface SyslogSetup extends Pick<MessageRules, 'facility' | 'appName' | 'format'> {
  readonly name: string
  /** `udp://…`, `tcp://…` or `tls://…`. */
  readonly url: URL
  readonly reach: Reach
  readonly ca: string | undefined
  /** Shown to receivers that ask for one. */
  readonly identity: SyslogIdentity | undefined
  readonly clock: Clock
}

/** In PEM. */
export interface SyslogIdentity {
  readonly certificate: string
  readonly key: string
}

const PORTS: Readonly<Record<string, number>> = { 'udp:': 514, 'tcp:': 601, 'tls:': 6514 }
const BATCH_MAX = 50
/** RFC 5426, section 3.2: what receivers should take; JSON that were cut would be worth nothing. */
const DATAGRAM_BYTES_MAX = 2_048
const DATAGRAM_JSON_BYTES_MAX = 8_192
const STREAM_BYTES_MAX = 65_536
/** So long a receiver may take to say that it has read everything. */
const CLOSE_WAIT_MS = 2_000
const SETTLING_MS_MIN = 100
const SETTLING_MS_MAX = 2_000
const REFUSED = 'it ended the connection after the handshake: see whether it asks for a certificate'

/**
 * RFC 5424 by UDP (RFC 5426), TCP with octet counting (RFC 6587) or TLS (RFC 5425). Syslog confirms nothing: by UDP what is sent
 * counts as delivered, else what the receiver has let us end in order.
 */
export function createSyslog(setup: SyslogSetup): SinkNature {
  const { name, url, format } = setup
  const isDatagram = url.protocol === 'udp:'
  const datagramMax = format === 's-tier' ? DATAGRAM_BYTES_MAX : DATAGRAM_JSON_BYTES_MAX
  const rules = { ...setup, bytesMax: isDatagram ? datagramMax : STREAM_BYTES_MAX }
  return {
    batchMax: BATCH_MAX,
    perMinuteMax: 60,
    wantsResolved: false,
    isRead: false,
    isLocal: false,
    sink: { name, send: (notices, signal) => send(setup, rules, notices, signal) },
  }
}

async function send(
  setup: SyslogSetup,
  rules: MessageRules,
  notices: readonly Notice[],
  signal: AbortSignal,
): Promise<void> {
  const { name, url, reach } = setup
  const address = await addressOf({ name, host: url.hostname, reach }, signal)
  const over = aborted(signal)
  over.catch(() => undefined) // After it has ended nobody asks.
  const messages = notices.map(notice => syslogMessage(notice, rules))
  try {
    if (url.protocol === 'udp:') await sendDatagrams(setup, address, messages, over)
    else await sendStream(setup, address, messages, over)
  } catch (error) {
    const reason = `${url.hostname}: ${failureOf(error, signal)}`
    throw new AlertUndeliveredError(name, reason, { cause: error })
  }
}

async function sendDatagrams(
  { url }: SyslogSetup,
  { address, family }: Address,
  messages: readonly Buffer[],
  over: Promise<never>,
): Promise<void> {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
  const sent = (message: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.send(message, portOf(url), address, error => {
        socket.removeListener('error', reject)
        if (error === null) resolve()
        else reject(error)
      })
    })
  try {
    for (const message of messages) await Promise.race([sent(message), over])
  } finally {
    socket.close()
  }
}

async function sendStream(
  setup: SyslogSetup,
  address: Address,
  messages: readonly Buffer[],
  over: Promise<never>,
): Promise<void> {
  const socket = open(setup, address)
  const failed = new Promise<never>((_resolve, reject) => void socket.on('error', reject))
  const isSecure = setup.url.protocol === 'tls:'
  const began = setup.clock.now()
  try {
    const isOpen = occurred(socket, isSecure ? 'secureConnect' : 'connect')
    await Promise.race([isOpen, failed, over])
    const ended = occurred(socket, 'close')
    socket.resume() // Whatever it says: only its end is waited for.
    if (isSecure) {
      const settled = waited(setup.clock, settlingMs(setup.clock.now() - began))
      const refused = ended.then(() => Promise.reject(new Error(REFUSED)))
      refused.catch(() => undefined) // Later that is how it should be.
      await Promise.race([settled, refused, failed, over])
    }
    for (const message of messages) socket.write(framed(message))
    const flushed = occurred(socket, 'finish')
    socket.end()
    await Promise.race([flushed, failed, over])
    await Promise.race([ended, waited(setup.clock, CLOSE_WAIT_MS), failed, over])
  } finally {
    socket.destroy()
  }
}

function open({ url, ca, identity }: SyslogSetup, { address }: Address): Socket {
  const place = { host: address, port: portOf(url) }
  if (url.protocol === 'tcp:') return connect(place)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return connectTls({
    ...place,
    minVersion: 'TLSv1.2',
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca: [ca] }),
    ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.key }),
  })
}

/** Unlike Node's own `once` it does not fail: `failed` does. */
function occurred(socket: Socket, event: string): Promise<void> {
  return new Promise(resolve => void socket.once(event, () => resolve()))
}

function framed(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${message.length} `), message])
}

function waited(clock: Clock, ms: number): Promise<void> {
  return new Promise(resolve => void clock.after(ms, resolve))
}

/** A receiver that does not want us ends the connection when the handshake is over for it, which is later than for us. */
function settlingMs(handshakeMs: number): number {
  return Math.min(Math.max(handshakeMs, SETTLING_MS_MIN), SETTLING_MS_MAX)
}

function portOf({ protocol, port }: URL): number {
  return port === '' ? (PORTS[protocol] ?? 514) : Number(port)
}
