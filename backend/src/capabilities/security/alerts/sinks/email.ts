import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { createTransport } from 'nodemailer'
import { shown } from '../../shown.ts'
import { LEVELS } from '../../types.ts'
import { aborted } from '../aborted.ts'
import { type Address, addressOf, type Reach } from '../address-of.ts'
import { AlertUndeliveredError } from '../errors.ts'
import type { Notice } from '../notice.ts'
import type { SinkNature } from '../sink.ts'
import { headlineOf, textOf } from './words.ts'

interface EmailSetup {
  readonly name: string
  /** `smtps://user:password@mail.example:465`, or `smtp://…:587`. */
  readonly url: URL
  readonly from: string
  readonly to: readonly string[]
  /** Without TLS nothing is sent, unless it is false. */
  readonly requireTls: boolean
  readonly ca: string | undefined
  readonly reach: Reach
  readonly timeoutMs: number
}

const PORTS: Readonly<Record<string, number>> = { 'smtp:': 587, 'smtps:': 465 }
const SUBJECT_LENGTH_MAX = 160

/** By SMTP. What waits goes into one mail. */
export function createEmail(setup: EmailSetup): SinkNature {
  const { name } = setup
  return {
    batchMax: 50,
    perMinuteMax: 4,
    wantsResolved: false,
    isRead: true,
    isLocal: false,
    sink: { name, send: (notices, signal) => sendMail(setup, notices, signal) },
  }
}

async function sendMail(
  setup: EmailSetup,
  notices: readonly Notice[],
  signal: AbortSignal,
): Promise<void> {
  const { name, url, reach } = setup
  const transport = transportOf(setup, await addressOf({ name, host: url.hostname, reach }, signal))
  const end = (): void => transport.close()
  signal.addEventListener('abort', end, { once: true })
  try {
    const { from, to } = setup
    await Promise.race([
      transport.sendMail({ from, to: [...to], ...mailOf(notices, setup) }),
      aborted(signal),
    ])
  } catch (error) {
    throw undelivered(setup, error, signal)
  } finally {
    signal.removeEventListener('abort', end)
    transport.close()
  }
}

/** One connection for each mail: they are few, and a server that has changed is noticed. It goes to the address that was looked at. */
function transportOf({ url, requireTls, ca, timeoutMs }: EmailSetup, { address }: Address) {
  const { hostname, port, protocol, username, password } = url
  const secure = protocol === 'smtps:'
  const isName = isIP(hostname.replace(/^\[(.*)\]$/, '$1')) === 0
  return createTransport({
    host: address,
    port: port === '' ? PORTS[protocol] : Number(port),
    secure,
    requireTLS: requireTls && !secure,
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    tls: { ...(isName ? { servername: hostname } : {}), ...(ca === undefined ? {} : { ca: [ca] }) },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

/** A mail that is sent twice has the same `Message-ID`, by which many servers keep one. */
export function mailOf(notices: readonly Notice[], { from }: Pick<EmailSetup, 'from'>) {
  const ids = notices.map(({ id }) => id).join(' ')
  const digest = createHash('sha256').update(ids).digest('hex').slice(0, 32)
  const domain = /@([\w.-]+)>?$/.exec(from)?.[1] ?? 's-tier.invalid'
  return {
    subject: subjectOf(notices),
    text: `${notices.map(textOf).join('\n\n')}\n`,
    messageId: `<${digest}@${domain}>`,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-S-Tier-Alerts': ids.slice(0, 900) },
  }
}

function subjectOf(notices: readonly Notice[]): string {
  const worst = notices.reduce((one, other) => (rankOf(other) > rankOf(one) ? other : one))
  const more = notices.length > 1 ? ` and ${notices.length - 1} more` : ''
  const mark = worst.kind === 'heartbeat' ? 'heartbeat' : worst.alert.level.toUpperCase()
  const line = worst.kind === 'heartbeat' ? headlineOf(worst) : worst.alert.summary
  return `[s-tier ${mark}] ${shown(line).slice(0, SUBJECT_LENGTH_MAX)}${more}`
}

function rankOf({ kind, alert }: Notice): number {
  return kind === 'heartbeat' ? -1 : LEVELS.indexOf(alert.level)
}

/** What SMTP servers answer can have the password's echo in it: only its code is told. */
function undelivered({ name, url }: EmailSetup, error: unknown, signal: AbortSignal) {
  const { code, responseCode } = error as { code?: string; responseCode?: number }
  const answer = responseCode === undefined ? '' : ` (${responseCode})`
  const reason = signal.aborted ? 'it did not answer in time' : `${code ?? 'failed'}${answer}`
  return new AlertUndeliveredError(name, `${url.hostname}: ${shown(reason)}`, {
    cause: error,
    hint: HINTS.get(code ?? ''),
    isOfContent: code === 'EMESSAGE' || responseCode === 552 || responseCode === 554,
  })
}

const HINTS: ReadonlyMap<string, string> = new Map([
  ['EAUTH', 'See whether user and password are still right.'],
  ['ETLS', 'The server offers no TLS that is trusted: give its "ca", or "requireTls": false.'],
  ['ESOCKET', 'The server offers no TLS that is trusted, or is not there.'],
])
