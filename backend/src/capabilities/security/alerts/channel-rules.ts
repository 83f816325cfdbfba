import { createSecureContext } from 'node:tls'
import { isObject, jsonOf, option } from '../../../base/index.ts'
import { LEVELS, type Level } from '../types.ts'
import { type Format, FORMATS } from './formats/format.ts'
import { QUIET_HOURS_CHECK, TIME_ZONE_CHECK } from './quiet-hours.ts'
import { FACILITIES, type Facility } from './sinks/syslog-message.ts'

export const CHANNEL_KINDS = [
  'webhook',
  'slack',
  'pagerduty',
  'alertmanager',
  'email',
  'syslog',
  'otlp',
  'log',
] as const
export type ChannelKind = (typeof CHANNEL_KINDS)[number]

/** A place that alerts go to, as it is written. Which of these each kind needs is in docs/reference/security-alerts.md. */
export interface AlertChannel {
  kind: ChannelKind
  /** Default true. */
  enabled?: boolean
  /** `https://…`; of e-mail `smtps://user:password@host` or `smtp://…`; of syslog `udp://host:514`, `tcp://…` or `tls://…`. A secret. Default: none; PagerDuty's own. */
  url?: string
  /** Signs what a webhook sends. Default: none, unsigned. */
  secret?: string
  /** Of PagerDuty. */
  routingKey?: string
  /** `Authorization: Bearer` of Alertmanager and OTLP. Default: none. */
  token?: string
  from?: string
  to?: readonly string[]
  /** Mail goes over TLS or not at all. Default true. */
  requireTls?: boolean
  /** Certificates to be trusted besides Node's, in PEM. Default: none. */
  ca?: string
  /** Of syslog by TLS: shown to receivers that ask who is there, in PEM, with those that lead to its authority. Default: none. */
  certificate?: string
  /** Of that certificate, in PEM. A secret. */
  key?: string
  /** What a message of webhook, syslog or log looks like. Default `s-tier`. */
  format?: Format
  /** Of syslog. Default `authpriv`. */
  facility?: Facility
  /** Of syslog: APP-NAME. Default `s-tier`. */
  appName?: string
  /**
   * The host may have an address that is not of the Internet. Default false; of e-mail and syslog such of networks inside, but none that is nobody's
   * (link-local, multicast, unspecified).
   */
  allowPrivate?: boolean
  /** Less does not go there. Default `low`. */
  levelMin?: Level
  /** Only what these rules find. Default: all. */
  rules?: readonly string[]
  /** More of the same within this time comes as one message with a count, in milliseconds. Default 300_000. */
  groupMs?: number
  /** Of each day, when only `quietLevel` and above is sent; the rest waits: `["22:00-07:00"]`. Default: none. */
  quietHours?: readonly string[]
  /** Default `high`. */
  quietLevel?: Level
  /** Of the quiet hours: `Europe/Berlin`. Default `UTC`. */
  timeZone?: string
  /** Messages in a minute; the rest waits. Default: by kind, from 4 (email) to 60. */
  perMinuteMax?: number
  /** Longest time for one message, in milliseconds. Default 10_000. */
  timeoutMs?: number
  /** Longest time between two tries, in milliseconds. Default 60_000. */
  retryMsMax?: number
  /** An incident without more of it is over after this time, of PagerDuty and Alertmanager, in milliseconds. Default 3_600_000. */
  resolveAfterMs?: number
  /** How often it is shown that messages arrive, in milliseconds; 0: never. Default: `heartbeatMs`, of what people read at least a day. */
  heartbeatMs?: number
}

/** By name. */
export type AlertChannels = Readonly<Record<string, AlertChannel>>

const DAY_MS = 86_400_000
const HTTP = option.url('https:', 'http:')
const SMTP = option.url('smtps:', 'smtp:')
const SYSLOG = option.url('tls:', 'tcp:', 'udp:')
const URLS = {
  ...HTTP,
  read: (value: unknown) => HTTP.read(value) ?? SMTP.read(value) ?? SYSLOG.read(value),
}
const ADDRESS = option.text({
  expects: 'an address such as ops@example.com or "Ops <ops@example.com>"',
  accepts: text => /^[^\r\n,;]*[^\s<>@,;]+@[^\s<>@,;]+>?$/.test(text),
})
const CERTIFICATES = option.text({
  expects: 'certificates in PEM',
  accepts: text => text.includes('-----BEGIN CERTIFICATE-----'),
})
const duration = (min: number): option.Check<number> => option.duration({ min, max: 7 * DAY_MS })

export const CHANNEL_CHECKS: option.Checks<AlertChannel> = Object.freeze({
  kind: option.oneOf(...CHANNEL_KINDS),
  enabled: option.flag(),
  url: URLS,
  secret: option.secret(),
  routingKey: option.secret(),
  token: option.secret(),
  from: ADDRESS,
  to: option.listOf(ADDRESS),
  requireTls: option.flag(),
  ca: CERTIFICATES,
  certificate: CERTIFICATES,
  key: {
    ...option.text({
      expects: 'a private key in PEM',
      accepts: text => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text),
    }),
    isSecret: true,
  },
  format: option.oneOf(...FORMATS),
  facility: option.oneOf(...FACILITIES),
  appName: option.text({
    expects: 'a word of at most 48 ASCII characters',
    accepts: text => /^[!-~]{1,48}$/.test(text),
  }),
  allowPrivate: option.flag(),
  levelMin: option.oneOf(...LEVELS),
  rules: option.listOf(option.text()),
  groupMs: duration(0),
  quietHours: QUIET_HOURS_CHECK,
  quietLevel: option.oneOf(...LEVELS),
  timeZone: TIME_ZONE_CHECK,
  perMinuteMax: option.integer({ min: 1, max: 6_000 }),
  timeoutMs: option.duration({ min: 100, max: 120_000 }),
  retryMsMax: option.duration({ min: 1_000, max: 3_600_000 }),
  resolveAfterMs: duration(60_000),
  heartbeatMs: duration(0),
})

type Name = keyof AlertChannel
const COMMON: readonly Name[] = [
  ...(['kind', 'enabled', 'levelMin', 'rules', 'groupMs', 'quietHours', 'quietLevel'] as const),
  ...(['timeZone', 'perMinuteMax', 'timeoutMs', 'retryMsMax', 'heartbeatMs'] as const),
]

/** What each kind must have, and what it may have. */
const OF_KIND: Readonly<Record<ChannelKind, { needs: readonly Name[]; takes: readonly Name[] }>> = {
  webhook: { needs: ['url'], takes: ['secret', 'format', 'ca', 'allowPrivate'] },
  slack: { needs: ['url'], takes: ['ca', 'allowPrivate'] },
  pagerduty: { needs: ['routingKey'], takes: ['url', 'ca', 'allowPrivate', 'resolveAfterMs'] },
  alertmanager: { needs: ['url'], takes: ['token', 'ca', 'allowPrivate', 'resolveAfterMs'] },
  email: { needs: ['url', 'from', 'to'], takes: ['requireTls', 'ca', 'allowPrivate'] },
  syslog: {
    needs: ['url'],
    takes: ['facility', 'appName', 'format', 'ca', 'certificate', 'key', 'allowPrivate'],
  },
  otlp: { needs: ['url'], takes: ['token', 'ca', 'allowPrivate'] },
  log: { needs: [], takes: ['format'] },
}

/** An object; as text its JSON. Its values are secrets, and are not shown. */
export const CHANNELS_CHECK: option.Check<AlertChannels> = Object.freeze({
  expects:
    'an object of channels by name, such as {"ops": {"kind": "slack", "url": "https://hooks.slack.com/…"}}',
  read: (value: unknown) => {
    const channels = jsonOf(value)
    if (!isObject(channels) || faultOf(channels) !== undefined) return undefined
    const entries = Object.entries(channels).map(([name, given]) => [name, readChannel(given)])
    return Object.freeze(Object.fromEntries(entries) as Record<string, AlertChannel>)
  },
  fault: (value: unknown) => faultOf(jsonOf(value)),
  isSwitch: false,
  isSecret: true,
})

function readChannel(given: unknown): AlertChannel {
  const fields = Object.entries(given as AlertChannel).map(([name, value]) => [
    name,
    CHANNEL_CHECKS[name as Name].read(value),
  ])
  return Object.freeze(Object.fromEntries(fields) as AlertChannel)
}

/** The first thing that is wrong, in a sentence without a secret. */
function faultOf(channels: unknown): string | undefined {
  if (!isObject(channels)) return 'That is no JSON object.'
  for (const [name, channel] of Object.entries(channels)) {
    if (!/^[\w-]{1,64}$/.test(name)) return `'${name}' is no name: letters, digits, _ and -.`
    const fault = faultOfChannel(channel)
    if (fault !== undefined) return `Channel '${name}': ${fault}`
  }
  return undefined
}

function faultOfChannel(channel: unknown): string | undefined {
  if (!isObject(channel)) return 'that is no object.'
  const kind = CHANNEL_CHECKS.kind.read((channel as Partial<AlertChannel>).kind)
  if (kind === undefined) return `kind must be ${CHANNEL_CHECKS.kind.expects}.`
  const { needs, takes } = OF_KIND[kind]
  const names: readonly string[] = [...COMMON, ...needs, ...takes]
  for (const [name, value] of Object.entries(channel)) {
    if (!names.includes(name)) return `${kind} has no '${name}', but ${names.join(', ')}.`
    const check = CHANNEL_CHECKS[name as Name]
    if (check.read(value) === undefined) return `${name} must be ${check.expects}.`
  }
  const missing = needs.find(name => (channel as Partial<AlertChannel>)[name] === undefined)
  return missing === undefined ? faultOfPlace(channel) : `${kind} needs ${missing}.`
}

function faultOfPlace(channel: Partial<AlertChannel>): string | undefined {
  const { kind, url, to } = channel
  if (to?.length === 0) return 'to has nobody in it.'
  const check = kind === 'email' ? SMTP : kind === 'syslog' ? SYSLOG : HTTP
  if (url !== undefined && check.read(url) === undefined) return `url must be ${check.expects}.`
  return faultOfCertificate(channel)
}

/** One that can never be shown is told at the start, not at the first alert. */
function faultOfCertificate({ url, certificate, key }: Partial<AlertChannel>): string | undefined {
  if (certificate === undefined && key === undefined) return undefined
  if (certificate === undefined || key === undefined) {
    return 'certificate and key go together: one of them is missing.'
  }
  if (url?.startsWith('tls:') !== true) return 'certificate is for tls://… only.'
  try {
    createSecureContext({ cert: certificate, key })
    return undefined
  } catch {
    return 'certificate and key are not of each other, or cannot be read.' // Node's words may hold parts of them.
  }
}
