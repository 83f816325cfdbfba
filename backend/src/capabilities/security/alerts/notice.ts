import { createHash } from 'node:crypto'
import type { Alert } from '../alert.ts'
import { principalKey } from '../measures.ts'

/**
 * What is sent.
 *
 * - `alert`: something was found, `count` times
 * - `resolved`: nothing more was found since
 * - `heartbeat`: nothing was found; it shows that what is sent arrives
 */
export type NoticeKind = 'alert' | 'resolved' | 'heartbeat'

/** One message to people or their tools. It may arrive twice, then with the same `id`. */
export interface Notice {
  readonly id: string
  readonly kind: NoticeKind
  /** The same for all that one rule finds about one principal. */
  readonly key: string
  /** The first of them. */
  readonly alert: Alert
  /** How many there were. */
  readonly count: number
  readonly firstAtMs: number
  readonly lastAtMs: number
  /** What to ask the admin listener for all that is known: a path. */
  readonly query: string
}

export function noticeOf(alert: Alert): Notice {
  return {
    id: alert.id,
    kind: 'alert',
    key: keyOf(alert),
    alert,
    count: 1,
    firstAtMs: alert.atMs,
    lastAtMs: alert.atMs,
    query: queryOf(alert),
  }
}

/** One more of the same. */
export function oneMore(notice: Notice, { atMs }: Alert): Notice {
  return { ...notice, count: notice.count + 1, lastAtMs: Math.max(notice.lastAtMs, atMs) }
}

/** It is over. */
export function resolvedOf(notice: Notice): Notice {
  return { ...notice, id: `${notice.id}-resolved`, kind: 'resolved' }
}

/** Says that the way to this sink works. `id`: new each time. */
export function heartbeatOf(id: string, sink: string, node: string, atMs: number): Notice {
  const alert: Alert = {
    id,
    rule: 'heartbeat',
    level: 'info',
    mitre: '',
    principal: { kind: 'all' },
    atMs,
    count: 0,
    summary: `Alerts of '${node}' reach '${sink}'`,
    evidence: [],
    suggestion: 'Nothing is to be done. Be worried when these messages stop.',
    outcome: 'watched',
    node,
  }
  return { ...noticeOf(alert), kind: 'heartbeat', key: `heartbeat-${digest(node)}` }
}

/** Short, and without the names that are in it: tools take it for an identifier. */
function keyOf({ rule, principal }: Alert): string {
  return `${rule}-${digest(principalKey(principal))}`
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** Names are a client's own text, cut anywhere, and whoever is alarmed pastes this into a shell. */
function queryOf({ principal: { ip, user } }: Alert): string {
  const parts = [
    ip !== undefined && `ip=${encoded(ip)}`,
    user !== undefined && `user=${encoded(user)}`,
  ]
  const query = parts.filter(part => part !== false).join('&')
  return `/security/timeline${query === '' ? '' : `?${query}`}`
}

function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()).replace(
    /[!'()*]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
