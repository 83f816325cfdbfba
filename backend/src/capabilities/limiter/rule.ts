import { policyOf } from './policy.ts'
import type {
  Algorithm,
  Conditions,
  LimitMode,
  LimitRule,
  LimitRules,
  OnOutage,
  Weight,
} from './types.ts'

/** A rule as it is gone by: completed, and in the form in which it is quick to ask. */
export class Rule {
  readonly name: string
  readonly algorithm: Algorithm
  /** Infinity: none. */
  readonly limit: number
  readonly windowMs: number
  /** What may come at once: of all but `gcra` the limit. */
  readonly burst: number
  readonly per: readonly string[]
  readonly when: readonly Condition[]
  readonly unless: readonly Condition[]
  readonly replaces: readonly string[]
  readonly weight: Weight
  readonly enforces: boolean
  readonly onOutage: OnOutage
  /** Counters are kept where this stays the same, whatever else is changed. */
  readonly identity: string
  /** What those who are refused are told. */
  readonly reached: string
  readonly terms: string
  /** In `RateLimit-Policy`. */
  readonly policy: string
  /** How what is left begins in `RateLimit`. */
  readonly stateBegin: string
  /** After the answer something is given back, or more is charged. */
  readonly isSettledLater: boolean

  constructor(name: string, rule: LimitRule, defaults: RuleDefaults) {
    this.name = name
    this.algorithm = rule.algorithm ?? 'sliding'
    this.limit = rule.limit === 'none' ? Number.POSITIVE_INFINITY : rule.limit
    this.windowMs = rule.windowMs ?? WINDOW_MS
    this.burst = this.algorithm === 'gcra' ? (rule.burst ?? this.limit) : this.limit
    this.per = rule.per ?? []
    this.when = conditionsOf(rule.when)
    this.unless = conditionsOf(rule.unless)
    this.replaces = rule.replaces ?? []
    this.weight = rule.weight ?? 'requests'
    this.enforces = (rule.mode ?? defaults.mode) === 'enforce'
    this.onOutage = rule.onOutage ?? defaults.onOutage
    this.identity = [name, this.algorithm, this.windowMs, this.weight, ...this.per].join(' ')
    this.reached = `The limit '${name}' is reached`
    this.terms = termsOf(this, this.limit)
    this.policy = policyOf(this, this.limit)
    this.stateBegin = `"${name}";r=`
    this.isSettledLater = this.algorithm === 'concurrency' || this.weight !== 'requests'
  }
}

const WINDOW_MS = 60_000

/** In words. */
export function termsOf({ algorithm, weight, windowMs, per }: RuleTerms, limit: number): string {
  const time = windowMs % 1_000 === 0 ? `${windowMs / 1_000} s` : `${windowMs} ms`
  const bound = algorithm === 'concurrency' ? 'at the same time' : `in ${time}`
  const whom = per.length === 0 ? 'all together' : `each ${per.join(' and ')}`
  return `It is ${Math.floor(limit)} ${weight} ${bound} for ${whom}.`
}

type RuleTerms = Pick<Rule, 'algorithm' | 'weight' | 'windowMs' | 'per'>

/** What holds of rules that do not say it. */
export interface RuleDefaults {
  readonly mode: LimitMode
  readonly onOutage: OnOutage
}

/** One attribute, and the values that are meant. */
export class Condition {
  readonly attribute: string
  readonly #values: ReadonlySet<string>
  readonly #prefixes: readonly string[]

  constructor(attribute: string, values: readonly string[]) {
    this.attribute = attribute
    this.#values = new Set(values.filter(value => !value.endsWith('*')))
    this.#prefixes = values.filter(value => value.endsWith('*')).map(value => value.slice(0, -1))
  }

  holds(value: string | undefined): boolean {
    if (value === undefined) return false
    if (this.#values.has(value)) return true
    for (const prefix of this.#prefixes) if (value.startsWith(prefix)) return true
    return false
  }
}

function conditionsOf(conditions: Conditions = {}): readonly Condition[] {
  return Object.entries(conditions).map(
    ([attribute, values]) =>
      new Condition(attribute, typeof values === 'string' ? [values] : values),
  )
}

/** Those that are enabled, each before all that it replaces. */
export function rulesOf(rules: LimitRules, defaults: RuleDefaults): readonly Rule[] {
  const found = new Map<string, Rule>()
  for (const [name, rule] of Object.entries(rules)) {
    if (rule !== null && rule.enabled !== false) found.set(name, new Rule(name, rule, defaults))
  }
  const ordered = new Set<Rule>()
  const after = (rule: Rule): void => {
    for (const other of found.values()) {
      if (other !== rule && other.replaces.includes(rule.name) && !ordered.has(other)) after(other)
    }
    ordered.add(rule)
  }
  for (const rule of found.values()) after(rule)
  return [...ordered]
}
