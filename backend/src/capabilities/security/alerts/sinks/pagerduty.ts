import type { Level } from '../../types.ts'
import { commandOf } from '../evidence-command.ts'
import type { Notice } from '../notice.ts'
import type { SinkNature } from '../sink.ts'
import { headlineOf } from './words.ts'
import { post, type PostTarget } from './post.ts'

export const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue'

const SEVERITIES: Readonly<Record<Level, string>> = {
  info: 'info',
  low: 'info',
  medium: 'warning',
  high: 'error',
  critical: 'critical',
}
const SUMMARY_LENGTH_MAX = 1_024

interface PagerDutySetup extends PostTarget {
  readonly routingKey: string
}

/** Events API v2: an incident for each rule and principal, which is resolved when nothing more is found. */
export function createPagerDuty(setup: PagerDutySetup): SinkNature {
  return {
    batchMax: 1,
    perMinuteMax: 60,
    wantsResolved: true,
    isRead: false,
    isLocal: false,
    sink: {
      name: setup.name,
      async send(notices, signal) {
        for (const notice of notices) {
          const body = JSON.stringify(pagerDutyBody(notice, setup.routingKey))
          await post(setup, { headers: { 'content-type': 'application/json' }, body }, signal)
        }
      },
    },
  }
}

/** To resolve what never was is accepted and does nothing: a heartbeat that calls nobody. */
export function pagerDutyBody(notice: Notice, routingKey: string) {
  const { kind, key, alert, id, count, query } = notice
  const event = { routing_key: routingKey, dedup_key: key }
  if (kind !== 'alert') return { ...event, event_action: 'resolve' }
  const { rule, level, mitre, atMs, evidence, suggestion, outcome, node } = alert
  return {
    ...event,
    event_action: 'trigger',
    payload: {
      summary: headlineOf(notice).slice(0, SUMMARY_LENGTH_MAX),
      source: node,
      severity: SEVERITIES[level],
      timestamp: new Date(atMs).toISOString(),
      component: 's-tier',
      class: rule,
      custom_details: {
        id,
        count,
        mitre,
        outcome,
        suggestion,
        evidence,
        query,
        command: commandOf(notice),
      },
    },
  }
}
