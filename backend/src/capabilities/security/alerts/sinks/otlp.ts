import type { Level } from '../../types.ts'
import type { Notice } from '../notice.ts'
import type { SinkNature } from '../sink.ts'
import { commandOf } from '../evidence-command.ts'
import { headlineOf } from './words.ts'
import { partialSuccessOf } from './otlp-answer.ts'
import { type PostTarget, postAndHear } from './post.ts'

interface OtlpSetup extends PostTarget {
  /** As `Authorization: Bearer`. */
  readonly token: string | undefined
}

const PATH = '/v1/logs'
const BATCH_MAX = 64
/** "Bad data" in the terms of OTLP. */
const FINAL: ReadonlySet<number> = new Set([400])
const NANOSECONDS = '000000'

/** SeverityNumber of OpenTelemetry: INFO, INFO2, WARN, ERROR, FATAL. */
const SEVERITIES: Readonly<Record<Level, number>> = {
  info: 9,
  low: 10,
  medium: 13,
  high: 17,
  critical: 21,
}

/** Log records of OpenTelemetry, by OTLP/HTTP with JSON: for a collector, or what understands its protocol. */
export function createOtlp(setup: OtlpSetup): SinkNature {
  const { name, url, token } = setup
  const target = { ...setup, url: new URL(url), finalStatuses: FINAL }
  if (url.pathname === '/') target.url.pathname = PATH
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  return {
    batchMax: BATCH_MAX,
    perMinuteMax: 60,
    wantsResolved: false,
    isRead: false,
    isLocal: false,
    sink: {
      name,
      async send(notices, signal, remark) {
        const body = JSON.stringify(otlpBody(notices))
        const said = partialSuccessOf(await postAndHear(target, { headers, body }, signal))
        if (said !== undefined) remark?.(said)
      },
    },
  }
}

/** ExportLogsServiceRequest: the names of its fields in camel case, 64-bit numbers as text. */
export function otlpBody(notices: readonly Notice[]) {
  return {
    resourceLogs: [
      {
        resource: { attributes: attributesOf({ 'service.name': 's-tier' }) },
        scopeLogs: [{ scope: { name: 's-tier.security' }, logRecords: notices.map(recordOf) }],
      },
    ],
  }
}

function recordOf(notice: Notice) {
  const { kind, alert, lastAtMs } = notice
  const time = `${lastAtMs}${NANOSECONDS}`
  return {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: SEVERITIES[alert.level],
    severityText: alert.level,
    eventName: `s_tier.security.${kind}`,
    body: { stringValue: headlineOf(notice) },
    attributes: attributesOf(factsOf(notice)),
  }
}

function factsOf(notice: Notice): Readonly<Record<string, Fact>> {
  const { id, key, alert, count, query } = notice
  const { rule, mitre, principal, evidence, suggestion, outcome, node } = alert
  const { ip, user, role, route } = principal
  return {
    'security_rule.name': rule,
    'source.address': ip,
    'user.name': user,
    'user.roles': role === undefined ? undefined : [role],
    'http.route': route,
    'threat.technique.id': mitre === '' ? undefined : [mitre],
    ...{ 's_tier.alert.id': id, 's_tier.alert.key': key, 's_tier.alert.count': count },
    ...{ 's_tier.outcome': outcome, 's_tier.suggestion': suggestion, 's_tier.node': node },
    ...{ 's_tier.evidence': evidence, 's_tier.query': query, 's_tier.command': commandOf(notice) },
  }
}

type Fact = string | number | readonly string[] | undefined

function attributesOf(facts: Readonly<Record<string, Fact>>) {
  const known = Object.entries(facts).filter(([, fact]) => fact !== undefined)
  return known.map(([key, fact]) => ({ key, value: valueOf(fact ?? '') }))
}

function valueOf(fact: Exclude<Fact, undefined>): object {
  if (typeof fact === 'number') return { intValue: String(fact) }
  if (typeof fact === 'string') return { stringValue: fact }
  return { arrayValue: { values: fact.map(text => ({ stringValue: text })) } }
}
