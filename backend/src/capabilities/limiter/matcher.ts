import { createHash } from 'node:crypto'
import { Claim } from './claim.ts'
import type { Penalties } from './penalties.ts'
import type { Condition, Rule } from './rule.ts'
import type { Cost, Subject } from './types.ts'

/** Longer keys are kept by their digest: who may choose them must not choose how much room they take. */
const KEY_LENGTH_MAX = 128

/** Which rules hold for a subject, and with which key. Each attribute is asked for once. */
export class Matcher {
  readonly rules: readonly Rule[]
  readonly #bound: readonly BoundRule[]
  readonly #attributes: readonly string[]
  readonly #values: (string | undefined)[]
  readonly #isReplaced: Uint8Array
  readonly #claims: Claim[] = []

  /** The rules in the order of `rulesOf`: each before what it replaces. */
  constructor(rules: readonly Rule[]) {
    const attributes = new Map<string, number>()
    const place = (attribute: string): number => {
      const known = attributes.get(attribute) ?? attributes.size
      attributes.set(attribute, known)
      return known
    }
    this.rules = rules
    this.#bound = rules.map(rule => new BoundRule(rule, rules, place))
    this.#attributes = [...attributes.keys()]
    this.#values = this.#attributes.map(() => undefined)
    this.#isReplaced = new Uint8Array(rules.length)
  }

  claimsOf(subject: Subject, cost: Cost | undefined, penalties: Penalties): Claim[] {
    const claims = this.#claims
    let count = 0
    const values = this.#values
    for (let index = 0; index < values.length; index++) {
      values[index] = subject.attribute(this.#attributes[index] as string)
    }
    const isReplaced = this.#isReplaced.fill(0)
    const share = penalties.size === 0 ? 1 : penalties.shareOf(subject)
    for (let index = 0; index < this.#bound.length; index++) {
      const bound = this.#bound[index] as BoundRule
      if (isReplaced[index] === 1 || !bound.holds(values)) continue
      for (const other of bound.replaces) isReplaced[other] = 1
      if (bound.rule.limit === Number.POSITIVE_INFINITY) continue
      const { rule } = bound
      // What all share is nobody's punishment.
      const own = rule.per.length === 0 ? 1 : share
      claims[count++] = new Claim(rule, bound.keyOf(values), weightOf(rule, cost), own)
    }
    return claims.slice(0, count) // An array that grows takes room for many.
  }
}

/** A rule whose attributes and other rules are places. */
class BoundRule {
  readonly rule: Rule
  readonly replaces: readonly number[]
  readonly #per: readonly number[]
  readonly #when: readonly BoundCondition[]
  readonly #unless: readonly BoundCondition[]

  constructor(rule: Rule, rules: readonly Rule[], place: (attribute: string) => number) {
    const bind = (condition: Condition): BoundCondition => ({
      condition,
      place: place(condition.attribute),
    })
    this.rule = rule
    this.replaces = rules.flatMap(({ name }, index) =>
      rule.replaces.includes(name) ? [index] : [],
    )
    this.#per = rule.per.map(place)
    this.#when = rule.when.map(bind)
    this.#unless = rule.unless.map(bind)
  }

  holds(values: readonly (string | undefined)[]): boolean {
    for (const place of this.#per) if (values[place] === undefined) return false
    for (const { condition, place } of this.#when) if (!condition.holds(values[place])) return false
    for (const { condition, place } of this.#unless)
      if (condition.holds(values[place])) return false
    return true
  }

  /** With the lengths of all parts but the last, no two lists of values make the same key. */
  keyOf(values: readonly (string | undefined)[]): string {
    let key = ''
    const last = this.#per.length - 1
    for (let index = 0; index <= last; index++) {
      const value = values[this.#per[index] as number] as string
      key = index === last ? key + value : `${key}${value.length}:${value}`
    }
    return key.length <= KEY_LENGTH_MAX ? key : digestOf(key)
  }
}

interface BoundCondition {
  readonly condition: Condition
  readonly place: number
}

function weightOf({ algorithm, weight }: Rule, cost: Cost | undefined): number {
  if (algorithm === 'concurrency') return 1
  const given = cost?.[weight]
  if (given === undefined) return weight === 'requests' ? 1 : 0
  return given >= 0 ? given : 0
}

function digestOf(key: string): string {
  return `#${createHash('sha256').update(key).digest('base64url')}`
}
