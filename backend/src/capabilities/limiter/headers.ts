import type { Claim } from './claim.ts'
import type { Decision } from './decision.ts'
import { policyOf } from './policy.ts'
import type { Rule } from './rule.ts'

/** Header fields of an answer. */
export type LimitHeaders = Record<string, string>

/** Of more lists than that the text is made each time. */
const TEXTS_MAX = 1_000

/** The rules that hold for a request, one after the other: what is told of them is the same each time. */
class Policies {
  readonly text: string
  readonly #next = new Map<Rule, Policies>()

  constructor(text: string) {
    this.text = text
  }

  /** With one more rule. */
  next(rule: Rule, create: (text: string) => Policies): Policies {
    const known = this.#next.get(rule)
    if (known !== undefined) return known
    const added = create(this.text === '' ? rule.policy : `${this.text}, ${rule.policy}`)
    this.#next.set(rule, added)
    return added
  }
}

/**
 * `RateLimit-Policy` with all rules that enforce and hold, `RateLimit` with the narrowest of them (draft-ietf-httpapi-ratelimit-headers).
 * `Retry-After` belongs to the refusal.
 */
export class HeaderTexts {
  #root = new Policies('')
  #size = 0

  of(decision: Decision): LimitHeaders {
    const { claims, narrowest } = decision
    if (narrowest === undefined) return {}
    return { 'ratelimit-policy': this.#policiesOf(claims), ratelimit: stateOf(narrowest) }
  }

  #policiesOf(claims: readonly Claim[]): string {
    let policies = this.#root
    for (const { rule, limit } of claims) {
      if (!rule.enforces) continue
      if (limit !== rule.limit) return lessened(claims)
      policies = policies.next(rule, this.#create)
    }
    return policies.text
  }

  readonly #create = (text: string): Policies => {
    this.#size++
    if (this.#size > TEXTS_MAX) this.clear()
    return new Policies(text)
  }

  /** The rules are others now. */
  clear(): void {
    this.#root = new Policies('')
    this.#size = 0
  }
}

function lessened(claims: readonly Claim[]): string {
  return claims
    .filter(({ rule }) => rule.enforces)
    .map(({ rule, limit }) => policyOf(rule, limit))
    .join(', ')
}

function stateOf({ rule, passes, remaining, resetMs, retryAfterMs }: Claim): string {
  const left = `${rule.stateBegin}${passes ? Math.floor(remaining) : 0}`
  if (rule.algorithm === 'concurrency') return left
  return `${left};t=${Math.ceil((passes ? resetMs : retryAfterMs) / 1_000)}`
}
