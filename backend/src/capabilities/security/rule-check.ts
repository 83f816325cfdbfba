import { isNetwork, isObject, jsonOf, nearest, option } from '../../base/index.ts'
import { BUILT_IN_RULES } from './built-in-rules.ts'
import {
  DETECTOR_NAMES,
  DISTINCT_OF,
  type Exemption,
  RULE_DEFAULTS,
  type RuleSettings,
  type SecurityRule,
  type SecurityRules,
  type SequenceStep,
} from './rule.ts'
import { EVENT_KINDS, LEVELS, PRINCIPAL_KINDS, REASONS, RESPONSE_KINDS } from './types.ts'

const DAY_MS = 86_400_000
const COUNT_MAX = 1_000_000
const STEPS_MAX = 8

/** An object with checked fields and no others. */
export function record<T extends object>(checks: option.Checks<T>): option.Check<T> {
  const names = Object.keys(checks)
  const fault = (value: unknown): string | undefined => {
    if (!isObject(value)) return 'That is no object.'
    for (const [name, given] of Object.entries(value)) {
      if (!Object.hasOwn(checks, name)) return `'${name}' is none of ${names.join(', ')}.`
      const check = checks[name as keyof T]
      if (check.read(given) !== undefined) continue
      return (
        check.fault?.(given) ?? `${name} must be ${check.expects}, not ${JSON.stringify(given)}.`
      )
    }
    return undefined
  }
  const read = (value: unknown): T | undefined => {
    if (!isObject(value) || fault(value) !== undefined) return undefined
    const entries = Object.entries(value)
    const fields = entries.map(([name, given]) => [name, checks[name as keyof T].read(given)])
    return Object.freeze(Object.fromEntries(fields) as T)
  }
  return {
    expects: `an object with some of ${names.join(', ')}`,
    read,
    fault,
    isSwitch: false,
    isSecret: false,
  }
}

const texts = option.listOf(option.text())

export const NETWORK = option.text({
  expects: 'an address or a network such as 10.0.0.0/8',
  accepts: isNetwork,
})

const EXEMPTION: option.Check<Exemption> = record<Exemption>({
  users: texts,
  roles: texts,
  routes: texts,
  ips: option.listOf(NETWORK),
})

const EVENTS = option.listOf(option.oneOf(...EVENT_KINDS))

const STEP: option.Check<SequenceStep> = record<SequenceStep>({
  events: EVENTS,
  count: option.integer({ min: 1, max: 10_000 }),
  rowsMin: option.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
})

export const RULE_CHECKS: option.Checks<SecurityRule> = Object.freeze({
  enabled: option.flag(),
  detector: option.oneOf(...DETECTOR_NAMES),
  mode: option.oneOf('watch', 'act'),
  level: option.oneOf(...LEVELS),
  events: EVENTS,
  reasons: option.listOf(option.oneOf(...REASONS)),
  per: option.oneOf(...PRINCIPAL_KINDS),
  of: option.oneOf(...DISTINCT_OF),
  threshold: option.integer({ min: 1, max: COUNT_MAX }),
  windowMs: option.duration({ min: 1_000, max: 7 * DAY_MS }),
  ratioMin: option.number({ min: 0, max: 1 }),
  rowsMin: option.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  factor: option.number({ min: 1, max: 1_000_000 }),
  scalesWithUsers: option.flag(),
  steps: option.listOf(STEP),
  response: option.listOf(option.oneOf(...RESPONSE_KINDS)),
  scope: option.oneOf('login', 'all'),
  tarpitMs: option.duration({ min: 1, max: 60_000 }),
  penaltyShare: option.number({ min: 0, max: 1 }),
  forMs: option.duration({ min: 1_000, max: 30 * DAY_MS }),
  forMsMax: option.duration({ min: 1_000, max: 365 * DAY_MS }),
  quietForMs: option.duration({ min: 0, max: 30 * DAY_MS }),
  unless: EXEMPTION,
  mitre: option.text({
    expects: 'a technique such as T1110.003',
    accepts: text => /^T\d{4}(\.\d{3})?$/.test(text),
  }),
  suggestion: option.text(),
})

const RULE = record(RULE_CHECKS)

/** An object; as text its JSON. */
export const RULES_CHECK: option.Check<SecurityRules> = Object.freeze({
  expects:
    'an object of rules by name, such as {"scanning": {"mode": "act"}, "brute-force": {"threshold": 10}, "mass-read": null}',
  read: (value: unknown) => {
    const rules = jsonOf(value)
    if (!isObject(rules) || faultOfRules(rules) !== undefined) return undefined
    const entries = Object.entries(rules)
    const read = entries.map(([name, rule]) => [name, rule === null ? null : RULE.read(rule)])
    return Object.freeze(Object.fromEntries(read) as SecurityRules)
  },
  fault: (value: unknown) => faultOfRules(jsonOf(value)),
  isSwitch: false,
  isSecret: false,
})

/** The first thing that is wrong, in a sentence. */
function faultOfRules(rules: unknown): string | undefined {
  if (!isObject(rules)) return 'That is no JSON object.'
  for (const [name, rule] of Object.entries(rules)) {
    if (!/^[\w.-]{1,64}$/.test(name)) return `'${name}' is no name: letters, digits, . _ and -.`
    if (rule === null) {
      if (!Object.hasOwn(BUILT_IN_RULES, name)) return unknownRule(name)
      continue
    }
    const fault = RULE.fault?.(rule) ?? faultOfSettings(settingsOf(name, rule as SecurityRule))
    if (fault !== undefined) return `Rule '${name}': ${fault}`
  }
  return undefined
}

function unknownRule(name: string): string {
  const similar = nearest(name, Object.keys(BUILT_IN_RULES))
  const advice = similar === undefined ? '' : ` Perhaps you meant '${similar}'.`
  return `There is no built-in rule '${name}' to take away.${advice}`
}

/** A rule that can never find anything is worse than none. */
function faultOfSettings(rule: RuleSettings): string | undefined {
  const { detector, per, of, events, steps, response, forMs, forMsMax } = rule
  if (response.length === 0) return 'response is empty: the least is ["log"].'
  if (forMsMax < forMs) return 'forMsMax is less than forMs.'
  if (detector === 'sequence') return faultOfSteps(steps)
  const isFree = detector === 'count' || detector === 'distinct'
  if (isFree && events.length === 0)
    return `events is empty: ${detector} needs to know what counts.`
  if (detector === 'distinct' && of === per) return `of and per are both ${of}: there is only one.`
  if (per === 'credential' && !events.includes('auth.failed')) {
    return 'per credential needs the event auth.failed.'
  }
  return undefined
}

function faultOfSteps(steps: readonly Partial<SequenceStep>[]): string | undefined {
  if (steps.length < 2) return 'a sequence has two steps at least.'
  if (steps.length > STEPS_MAX) return `a sequence has ${STEPS_MAX} steps at most.`
  const isEmpty = steps.some(({ events }) => events === undefined || events.length === 0)
  return isEmpty ? 'each step needs events.' : undefined
}

/** What is written, over the built-in rule of that name, over the defaults. */
export function settingsOf(name: string, rule: SecurityRule): RuleSettings {
  const builtIn = Object.hasOwn(BUILT_IN_RULES, name) ? BUILT_IN_RULES[name] : undefined
  const { enabled: _own, ...own } = rule
  const { enabled: _builtIn, ...base } = builtIn ?? {}
  return Object.freeze({ ...RULE_DEFAULTS, ...base, ...own, name })
}

/** All rules that hold: the built-in ones with what is written over them, and those that are only written. */
export function settleRules(rules: SecurityRules): readonly RuleSettings[] {
  const names = new Set([...Object.keys(BUILT_IN_RULES), ...Object.keys(rules)])
  const settled: RuleSettings[] = []
  for (const name of names) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : {}
    if (rule === null || rule === undefined) continue
    const isEnabled = rule.enabled ?? BUILT_IN_RULES[name]?.enabled ?? true
    if (isEnabled) settled.push(settingsOf(name, rule))
  }
  return Object.freeze(settled)
}
