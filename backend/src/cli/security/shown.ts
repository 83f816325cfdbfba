import {
  type Alert,
  type BackTest,
  type ChannelReport,
  type Measure,
  type RuleReport,
  type RuleTestResult,
  shown,
} from '../../capabilities/security/index.ts'

/** Lines of words in columns. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map(row => (row[column] ?? '').length)),
  )
  const lines = rows.map(row =>
    row.map((word, column) => word.padEnd(widths?.[column] ?? 0)).join('  '),
  )
  return lines.map(line => `${line.trimEnd()}\n`).join('')
}

export function shownBans(bans: readonly Measure[], nowMs: number): string {
  if (bans.length === 0) return 'Nobody is refused\n'
  return table(
    bans.map(({ id, kind, principal, rule, reason, untilMs }) => [
      id,
      kind,
      whoOf(principal),
      `for ${lengthOf(untilMs - nowMs)}`,
      rule,
      reason,
    ]),
  )
}

function whoOf({ kind, ip, user }: Measure['principal']): string {
  if (kind === 'token') return 'a token'
  return [user !== undefined && `'${shown(user)}'`, ip].filter(Boolean).join(' from ')
}

export function shownAlerts(alerts: readonly Alert[]): string {
  if (alerts.length === 0) return 'Nothing was found\n'
  return table(
    alerts.map(({ atMs, level, rule, summary, outcome }) => [
      momentOf(atMs),
      level,
      rule,
      `${summary} (${outcome})`,
    ]),
  )
}

export function shownRules(rules: readonly RuleReport[]): string {
  const head = ['rule', 'mode', 'detector', 'threshold', 'within', 'found', 'acted', 'MITRE']
  const rows = rules.map(({ name, mode, detector, threshold, windowMs, found, acted, mitre }) => [
    ...[name, mode, detector, String(threshold), lengthOf(windowMs)],
    ...[String(found), String(acted), mitre],
  ])
  return table([head, ...rows])
}

export function shownChannels(channels: readonly ChannelReport[]): string {
  if (channels.length === 0) return 'Alerts are lines of the log alone\n'
  const head = ['channel', 'works', 'delivered', 'waiting', 'given up', 'last']
  const rows = channels.map(
    ({ name, isWorking, delivered, waiting, dropped, lastDeliveredAtMs, lastError }) => [
      ...[name, isWorking === undefined ? 'unknown' : isWorking ? 'yes' : 'NO'],
      ...[String(delivered), String(waiting), String(dropped)],
      lastError ?? (typeof lastDeliveredAtMs === 'number' ? momentOf(lastDeliveredAtMs) : 'never'),
    ],
  )
  return table([head, ...rows])
}

export function shownBackTest({
  events,
  rules,
  actedAgainst,
  labelled,
  ...span
}: BackTest): string {
  const { fromMs, untilMs } = span
  if (fromMs === undefined || untilMs === undefined) return 'There are no events\n'
  const head = ['rule', 'alerts', 'first', 'after events', 'precision']
  const rows = rules.map(({ rule, alerts, firstAtMs, afterEvents, precision }) => [
    ...[rule, String(alerts), momentOf(firstAtMs), String(afterEvents), percent(precision)],
  ])
  const acted = actedAgainst.map(({ atMs, kind, against, forMs, rule }) => [
    ...[`  ${momentOf(atMs)}`, kind, against, `for ${lengthOf(forMs)}`, rule],
  ])
  return [
    `${events} events from ${momentOf(fromMs)} to ${momentOf(untilMs)}\n`,
    rules.length === 0 ? 'Nothing would have been found\n' : `\n${table([head, ...rows])}`,
    acted.length === 0
      ? '\nNothing would have been done\n'
      : `\nWhat would have been done:\n${table(acted)}`,
    labelled === undefined ? '' : shownLabelled(labelled),
  ].join('')
}

function shownLabelled(labelled: NonNullable<BackTest['labelled']>): string {
  const { attacks, precision, recall, wronglyActed } = labelled
  const rows = attacks.map(({ label, events, found }) => [
    `  ${label}`,
    found === undefined
      ? `NOT found in ${events} events`
      : `found by ${found.rule} after ${lengthOf(found.afterMs)} and ${found.afterEvents} events`,
  ])
  const sums = `recall ${percent(recall)}, precision ${percent(precision)}`
  return `\nAttacks:\n${table(rows)}${sums}, measures against nobody's attack: ${wronglyActed}\n`
}

export function shownRuleTests(results: readonly RuleTestResult[]): string {
  const lines = results.flatMap(({ name, faults }) => [
    `${faults.length === 0 ? 'ok    ' : 'FAILED'}  ${shown(name)}\n`,
    ...faults.map(fault => `          ${shown(fault)}\n`),
  ])
  const failed = results.filter(({ faults }) => faults.length > 0).length
  return `${lines.join('')}${results.length} tests, ${failed} failed\n`
}

function percent(share: number | undefined): string {
  return share === undefined ? '-' : `${Math.round(share * 100)} %`
}

export function momentOf(atMs: number): string {
  return new Date(atMs).toISOString()
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** In the largest unit that does it some justice. */
export function lengthOf(ms: number): string {
  const [name, length] = UNITS.find(([, each]) => ms >= each * 2 || ms === each) ?? ['ms', 1]
  return `${Math.round(ms / length)} ${name}`
}
