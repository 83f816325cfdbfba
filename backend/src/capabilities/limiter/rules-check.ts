import { isObject, objectOf, option } from '../../base/index.ts'
import type { Conditions, LimitRule, LimitRules } from './types.ts'

const LIMIT = option.number({ min: 0, max: 1e12 })
const WINDOW = option.duration({ min: 10, max: 31 * 86_400_000 })
const NAMES = option.listOf(option.text({ accepts: text => text.length <= 100 }))

const CHECKS: option.Checks<LimitRule> = Object.freeze({
  enabled: option.flag(),
  algorithm: option.oneOf('sliding', 'gcra', 'fixed', 'concurrency'),
  limit: {
    ...LIMIT,
    expects: `${LIMIT.expects}, or 'none'`,
    read: (value: unknown) => (value === 'none' ? value : LIMIT.read(value)),
  },
  windowMs: WINDOW,
  burst: option.number({ min: 1, max: 1e12 }),
  per: NAMES,
  when: conditions(),
  unless: conditions(),
  replaces: NAMES,
  weight: option.oneOf('requests', 'rows', 'bytes', 'embeds', 'cost'),
  mode: option.oneOf('enforce', 'shadow'),
  onOutage: option.oneOf('share', 'open', 'closed'),
})
const FIELDS = Object.keys(CHECKS)

/** An object; as text its JSON. */
export const LIMIT_RULES_CHECK: option.Check<LimitRules> = Object.freeze({
  expects: `an object of rules by name, such as {"per-user": {"limit": 100, "windowMs": 60000, "per": ["user"]}}, each with some of ${FIELDS.join(', ')}`,
  read: (value: unknown) => {
    const rules = objectOf(value)
    return rules === undefined || faultOfRules(rules) !== undefined ? undefined : readRules(rules)
  },
  fault: (value: unknown) => {
    const rules = objectOf(value)
    return rules === undefined ? 'That is no JSON object.' : faultOfRules(rules)
  },
  isSwitch: false,
  isSecret: false,
})

/** Of what has no fault. */
function readRules(rules: Readonly<Record<string, unknown>>): LimitRules {
  const read: [string, LimitRule | null][] = []
  for (const [name, rule] of Object.entries(rules)) {
    read.push([name, isObject(rule) ? readRule(rule) : null])
  }
  return Object.freeze(Object.fromEntries(read))
}

function readRule(rule: Readonly<Record<string, unknown>>): LimitRule {
  const fields = Object.entries(rule).map(([field, value]) => [
    field,
    isField(field) ? CHECKS[field].read(value) : undefined,
  ])
  return Object.freeze(Object.fromEntries(fields) as unknown as LimitRule)
}

/** The first thing that is wrong, in a sentence. */
function faultOfRules(rules: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, rule] of Object.entries(rules)) {
    const fault = rule === null ? undefined : faultOfRule(name, rule)
    if (fault !== undefined) return fault
  }
  return faultOfReplacing(rules)
}

function faultOfRule(name: string, rule: unknown): string | undefined {
  if (!NAME.test(name)) {
    return `'${name}' is no name: letters, digits and - _ . : /, at most 100 of them.`
  }
  if (!isObject(rule)) return `What is said of '${name}' is no object.`
  for (const [field, value] of Object.entries(rule)) {
    if (!isField(field)) return `'${name}' has '${field}', which is none of ${FIELDS.join(', ')}.`
    const check: option.Check<unknown> = CHECKS[field]
    if (check.read(value) === undefined) {
      return `${field} of '${name}' must be ${check.expects}, not ${JSON.stringify(value)}.`
    }
  }
  const isOff = CHECKS.enabled.read(rule['enabled']) === false
  return rule['limit'] === undefined && !isOff ? `'${name}' has no limit.` : undefined
}

/** It goes into keys, headers and logs. */
const NAME = /^[\w.:/-]{1,100}$/

/** Two rules that replace each other would leave none. */
function faultOfReplacing(rules: Readonly<Record<string, unknown>>): string | undefined {
  const replacedBy = (name: string): readonly string[] => {
    const rule = rules[name]
    return (isObject(rule) && NAMES.read(rule['replaces'])) || []
  }
  for (const name of Object.keys(rules)) {
    const seen = new Set<string>()
    for (const next of walk(name, replacedBy, seen)) {
      if (next === name) return `'${name}' replaces itself, if only through others.`
    }
  }
  return undefined
}

function* walk(
  name: string,
  next: (name: string) => readonly string[],
  seen: Set<string>,
): Generator<string> {
  for (const other of next(name)) {
    if (seen.has(other)) continue
    seen.add(other)
    yield other
    yield* walk(other, next, seen)
  }
}

function conditions(): option.Check<Conditions> {
  return {
    expects: 'an object of values by attribute, such as {"role": ["anon", "guest*"]}',
    read: (value: unknown) => {
      if (!isObject(value)) return undefined
      return Object.values(value).every(isValues) ? (value as Conditions) : undefined
    },
    isSwitch: false,
    isSecret: false,
  }
}

function isValues(value: unknown): boolean {
  if (typeof value === 'string') return true
  return Array.isArray(value) && value.every(each => typeof each === 'string')
}

function isField(name: string): name is keyof LimitRule {
  return Object.hasOwn(CHECKS, name)
}
