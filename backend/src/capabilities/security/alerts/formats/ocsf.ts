import { isIP } from 'node:net'
import type { Level } from '../../types.ts'
import type { Notice } from '../notice.ts'
import { commandOf } from '../evidence-command.ts'
import { headlineOf } from '../sinks/words.ts'
import { techniqueOf } from './technique.ts'

const OCSF_VERSION = '1.4.0'
const FINDINGS = 2
const DETECTION_FINDING = 2004

const SEVERITIES: Readonly<Record<Level, readonly [number, string]>> = {
  info: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
}

interface Activity {
  readonly id: number
  readonly name: string
  readonly status: readonly [number, string]
}

const ACTIVITIES: Readonly<Record<Notice['kind'], Activity>> = {
  alert: { id: 1, name: 'Create', status: [1, 'New'] },
  resolved: { id: 3, name: 'Close', status: [4, 'Resolved'] },
  heartbeat: { id: 99, name: 'Heartbeat', status: [99, 'Heartbeat'] },
}

/** Kinds of observables. */
const IP_ADDRESS = 2
const USER_NAME = 4
const SUBNET = 12
/** Of analytics. */
const RULE = 1

/** A notice as a Detection Finding of the Open Cybersecurity Schema Framework. What that has no place for is in `unmapped`. */
export function ocsfFinding(notice: Notice) {
  const { id, kind, key, alert, count, firstAtMs, lastAtMs } = notice
  const { level, suggestion, outcome, node } = alert
  const { id: activity, name: activityName, status } = ACTIVITIES[kind]
  const [severity, severityName] = SEVERITIES[level]
  return {
    ...{ activity_id: activity, activity_name: activityName },
    ...{ category_uid: FINDINGS, category_name: 'Findings' },
    ...{ class_uid: DETECTION_FINDING, class_name: 'Detection Finding' },
    type_uid: DETECTION_FINDING * 100 + activity,
    type_name: `Detection Finding: ${activityName}`,
    ...{ severity_id: severity, severity: severityName },
    ...{ status_id: status[0], status: status[1] },
    ...{ time: lastAtMs, start_time: firstAtMs, end_time: lastAtMs },
    count: Math.max(1, count),
    message: headlineOf(notice),
    is_alert: kind === 'alert',
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'S-Tier', vendor_name: 'S-Tier', feature: { name: 'Security monitor' } },
      ...{ uid: id, correlation_uid: key, log_name: 's-tier.security', log_provider: node },
    },
    finding_info: findingOf(notice),
    evidences: evidencesOf(notice),
    observables: observablesOf(notice),
    remediation: { desc: suggestion },
    unmapped: { outcome, node, query: notice.query, command: commandOf(notice) },
  }
}

function findingOf({ id, alert, firstAtMs, lastAtMs }: Notice) {
  const { rule, summary, suggestion, mitre, atMs } = alert
  const technique = techniqueOf(mitre)
  const part = technique?.part
  const attack = technique && {
    technique: { uid: technique.whole },
    ...(part === undefined ? {} : { sub_technique: { uid: part } }),
  }
  return {
    uid: id.replace(/-resolved$/, ''),
    title: `${rule}: ${summary}`,
    ...{ desc: suggestion, types: [rule] },
    analytic: { type_id: RULE, type: 'Rule', name: rule, uid: rule },
    ...(attack === undefined ? {} : { attacks: [attack] }),
    ...{ created_time: atMs, first_seen_time: firstAtMs, last_seen_time: lastAtMs },
  }
}

function evidencesOf({ alert: { principal, evidence } }: Notice) {
  const { ip, user } = principal
  return [
    {
      ...(ip === undefined ? {} : { src_endpoint: isIP(ip) === 0 ? { name: ip } : { ip } }),
      ...(user === undefined ? {} : { user: { name: user } }),
      data: { lines: evidence },
    },
  ]
}

/** Each names the attribute that it stands in. */
function observablesOf({ alert: { principal } }: Notice) {
  const { ip, user } = principal
  const isAddress = ip !== undefined && isIP(ip) !== 0
  const place = isAddress
    ? { name: 'evidences[].src_endpoint.ip', type_id: IP_ADDRESS, type: 'IP Address' }
    : { name: 'evidences[].src_endpoint.name', type_id: SUBNET, type: 'Subnet' }
  const name = { name: 'evidences[].user.name', type_id: USER_NAME, type: 'User Name' }
  return [
    ...(ip === undefined ? [] : [{ ...place, value: ip }]),
    ...(user === undefined ? [] : [{ ...name, value: user }]),
  ]
}
