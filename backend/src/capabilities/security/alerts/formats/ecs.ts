import { isIP } from 'node:net'
import type { Alert } from '../../alert.ts'
import type { Level } from '../../types.ts'
import type { Notice } from '../notice.ts'
import { commandOf } from '../evidence-command.ts'
import { headlineOf } from '../sinks/words.ts'
import { techniqueOf } from './technique.ts'

const ECS_VERSION = '8.11.0'

/** As the alerts of Elastic's own rules have them: the risk score that belongs to low, medium, high and critical. */
const SEVERITIES: Readonly<Record<Level, number>> = {
  info: 0,
  low: 21,
  medium: 47,
  high: 73,
  critical: 99,
}

/** A notice as a document of the Elastic Common Schema 8.11. What that has no field for is in `s_tier`. */
export function ecsDocument(notice: Notice) {
  const { kind, alert, firstAtMs, lastAtMs } = notice
  const { rule, level, mitre, summary, principal, suggestion, node } = alert
  const { ip, user } = principal
  return {
    '@timestamp': new Date(lastAtMs).toISOString(),
    ecs: { version: ECS_VERSION },
    message: headlineOf(notice),
    log: { level, logger: 's-tier.security' },
    event: {
      ...{ id: notice.id, kind: kind === 'alert' ? 'alert' : 'event' },
      ...{ category: [categoryOf(notice)], type: [typeOf(notice)], action: actionOf(notice) },
      ...{ severity: SEVERITIES[level], reason: summary },
      ...{ module: 's-tier', dataset: 's-tier.security', provider: 's-tier' },
      start: new Date(firstAtMs).toISOString(),
      end: new Date(lastAtMs).toISOString(),
    },
    rule: { name: rule, id: rule, ruleset: 's-tier', description: suggestion },
    ...(ip === undefined ? {} : { source: sourceOf(ip) }),
    ...(user === undefined ? {} : { user: userOf(user, principal) }),
    ...(mitre === '' ? {} : { threat: threatOf(mitre) }),
    related: {
      ip: ip === undefined || isIP(ip) === 0 ? [] : [ip],
      user: user === undefined ? [] : [user],
    },
    observer: { name: node, type: 'api', vendor: 'S-Tier', product: 'S-Tier' },
    service: { name: 's-tier', type: 's-tier', node: { name: node } },
    s_tier: ownOf(notice),
  }
}

/** That somebody is there says nothing of intruders, and is not to be counted with them. */
function categoryOf({ kind }: Notice): string {
  return kind === 'heartbeat' ? 'process' : 'intrusion_detection'
}

/** `denied` where something was done that refuses. */
function typeOf({ alert: { outcome } }: Notice): string {
  return outcome === 'ban' || outcome === 'revoke' ? 'denied' : 'info'
}

function actionOf({ kind, alert }: Notice): string {
  return kind === 'alert' ? alert.outcome : kind
}

/** A field of the type `ip` takes no network, such as that of a client with IPv6. */
function sourceOf(ip: string) {
  return isIP(ip) === 0 ? { address: ip } : { ip, address: ip }
}

function userOf(name: string, { role }: Alert['principal']) {
  return role === undefined ? { name } : { name, roles: [role] }
}

function threatOf(mitre: string) {
  const technique = techniqueOf(mitre)
  const part = technique?.part
  return {
    framework: 'MITRE ATT&CK',
    technique: {
      id: technique === undefined ? [] : [technique.whole],
      ...(part === undefined ? {} : { subtechnique: { id: [part] } }),
    },
  }
}

function ownOf(notice: Notice) {
  const { key, count, alert, query } = notice
  const { level, outcome, evidence, suggestion, principal } = alert
  const { route } = principal
  return {
    ...{ key, count, level, outcome, evidence, suggestion, query, command: commandOf(notice) },
    ...(route === undefined ? {} : { route }),
  }
}
