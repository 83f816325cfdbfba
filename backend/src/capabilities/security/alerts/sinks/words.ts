import { commandOf } from '../evidence-command.ts'
import type { Notice } from '../notice.ts'

/** A notice in a line. */
export function headlineOf({ kind, alert, count }: Notice): string {
  switch (kind) {
    case 'heartbeat':
      return alert.summary
    case 'resolved':
      return `over: ${alert.rule}: ${alert.summary}`
    case 'alert':
      return `${alert.level}: ${alert.rule}: ${alert.summary}${count > 1 ? ` (${count} times)` : ''}`
  }
}

export function timesOf({ firstAtMs, lastAtMs }: Notice): string {
  const first = new Date(firstAtMs).toISOString()
  return lastAtMs === firstAtMs ? first : `${first} to ${new Date(lastAtMs).toISOString()}`
}

/** A notice as text, for people. */
export function textOf(notice: Notice): string {
  const { alert, query, id } = notice
  const lines = [
    headlineOf(notice),
    `  When: ${timesOf(notice)}`,
    `  What was done: ${alert.outcome}`,
    `  What might be done: ${alert.suggestion}`,
    alert.mitre !== '' && `  MITRE ATT&CK: ${alert.mitre}`,
    alert.evidence.length > 0 && '  Evidence:',
    ...alert.evidence.map(line => `    ${line}`),
    `  More: ${commandOf(notice)}, or GET ${query}`,
    `  Found by ${alert.node}, number ${id}`,
  ]
  return lines.filter(line => line !== false).join('\n')
}
