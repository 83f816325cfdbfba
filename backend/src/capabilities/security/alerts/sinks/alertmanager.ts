import { commandOf } from '../evidence-command.ts'
import type { Notice } from '../notice.ts'
import type { SinkNature } from '../sink.ts'
import { headlineOf } from './words.ts'
import { post, type PostTarget } from './post.ts'

interface AlertmanagerSetup extends PostTarget {
  /** As `Authorization: Bearer`. */
  readonly token: string | undefined
  /** Without more of it, an alert is over after so long. */
  readonly resolveAfterMs: number
  /** The same for heartbeats; when they stop, Alertmanager sees this one end. */
  readonly heartbeatMs: number
}

const MISSED_HEARTBEATS = 2.5

/** Alertmanager's own API, by which Prometheus sends: `POST /api/v2/alerts`. */
export function createAlertmanager(setup: AlertmanagerSetup): SinkNature {
  const { name, url, token } = setup
  const path = `${url.pathname.replace(/\/$/, '')}/api/v2/alerts`
  const target = { ...setup, url: new URL(path + url.search, url) }
  target.url.username = url.username
  target.url.password = url.password
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  return {
    batchMax: 64,
    perMinuteMax: 60,
    wantsResolved: false,
    isRead: false,
    isLocal: false,
    sink: {
      name,
      send: (notices, signal) => {
        const body = JSON.stringify(notices.map(notice => alertmanagerAlert(notice, setup)))
        return post(target, { headers, body }, signal)
      },
    },
  }
}

type Times = Pick<AlertmanagerSetup, 'resolveAfterMs' | 'heartbeatMs'>

/** The same labels are the same alert there, and it ends by itself: what counts up is an annotation. */
export function alertmanagerAlert(notice: Notice, { resolveAfterMs, heartbeatMs }: Times) {
  const { kind, key, alert, count, firstAtMs, lastAtMs, query } = notice
  const { rule, level, mitre, outcome, suggestion, evidence } = alert
  const isHeartbeat = kind === 'heartbeat'
  const restMs = isHeartbeat ? MISSED_HEARTBEATS * heartbeatMs : resolveAfterMs
  return {
    labels: {
      alertname: isHeartbeat ? 'STierHeartbeat' : 'STierSecurity',
      severity: isHeartbeat ? 'none' : level,
      service: 's-tier',
      rule,
      key,
      ...(isHeartbeat ? { node: alert.node } : {}),
    },
    annotations: {
      summary: headlineOf(notice),
      description: suggestion,
      count: String(count),
      evidence: evidence.join('\n'),
      ...{ mitre, outcome, query, command: commandOf(notice) },
    },
    startsAt: new Date(firstAtMs).toISOString(),
    endsAt: new Date(lastAtMs + restMs).toISOString(),
  }
}
