import { isNetwork, jsonOf, networkMatcher, option } from '../../../base/index.ts'
import type { Alert } from '../alert.ts'

/** What nobody wants to hear of for a time. What is left out is any. */
export interface Silence {
  rule?: string
  /** An address or a network. */
  ip?: string
  user?: string
  /** `2027-03-01T08:00:00Z`. */
  from?: string
  until?: string
}

const MOMENT = option.text({
  expects: 'a moment such as 2027-03-01T08:00:00Z',
  accepts: text =>
    /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text)),
})
const CHECKS: option.Checks<Silence> = Object.freeze({
  rule: option.text(),
  ip: option.text({ accepts: isNetwork }),
  user: option.text(),
  from: MOMENT,
  until: MOMENT,
})

/** A list; as text its JSON. */
export const SILENCES_CHECK: option.Check<readonly Silence[]> = Object.freeze({
  expects:
    'a list of silences, each with some of rule, ip, user, from, until: [{"rule": "scanning", "ip": "192.0.2.0/24", "until": "2027-03-01T08:00:00Z"}]',
  read: (value: unknown) => {
    const silences = jsonOf(value, [])
    if (!Array.isArray(silences)) return undefined
    return silences.every(isSilence) ? Object.freeze(silences) : undefined
  },
  isSwitch: false,
  isSecret: false,
})

/** One that says nothing would silence everything. */
function isSilence(value: unknown): value is Silence {
  if (typeof value !== 'object' || value === null) return false
  const fields = Object.entries(value)
  return (
    fields.length > 0 &&
    fields.every(
      ([name, given]) =>
        Object.hasOwn(CHECKS, name) && CHECKS[name as keyof Silence].read(given) !== undefined,
    )
  )
}

/** Whether an alert is one of those. */
export function silencesOf(silences: readonly Silence[]): (alert: Alert, nowMs: number) => boolean {
  const tests = silences.map(silenceTest)
  return (alert, nowMs) => tests.some(test => test(alert, nowMs))
}

function silenceTest({ rule, ip, user, from, until }: Silence) {
  const isOfNetwork = ip === undefined ? undefined : networkMatcher([ip])
  const fromMs = from === undefined ? -Infinity : Date.parse(from)
  const untilMs = until === undefined ? Infinity : Date.parse(until)
  return ({ rule: found, principal }: Alert, nowMs: number): boolean =>
    nowMs >= fromMs &&
    nowMs < untilMs &&
    (rule === undefined || rule === found) &&
    (user === undefined || user === principal.user) &&
    (isOfNetwork === undefined || isOfNetwork(principal.ip ?? ''))
}
