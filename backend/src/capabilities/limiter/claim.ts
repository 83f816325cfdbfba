import type { Rule } from './rule.ts'

/** What one rule is asked for one request, and what the store answers. Written by the store, kept by the decision. */
export class Claim {
  readonly rule: Rule
  /** The values of `per`. Unambiguous within the rule, and short. */
  readonly key: string
  readonly weight: number
  readonly windowMs: number
  /** The rule's, or less: a penalty. Of `gcra` its burst likewise. */
  readonly limit: number
  readonly burst: number
  passes = true
  /** It was not asked, and does not pass: the shared counters cannot be reached, and the rule says `closed`. */
  isClosed = false
  /** What is left after this request. */
  remaining = 0
  /** When all of the limit is there again, from now. */
  resetMs = 0
  /** Of one that does not pass: when it would, from now. */
  retryAfterMs = 0
  /** Its weight counts. */
  isCharged = false
  /** When it was charged, on the clock of the store. */
  at = 0
  /** What the store wants to find again when the real cost is known. */
  handle: unknown = undefined

  constructor(rule: Rule, key: string, weight: number, share: number) {
    this.rule = rule
    this.key = key
    this.weight = weight
    this.windowMs = rule.windowMs
    this.limit = share === 1 ? rule.limit : lessened(rule.limit, share)
    this.burst = share === 1 ? rule.burst : lessened(rule.burst, share)
  }
}

/** Whoever may pass at all may pass once. */
function lessened(limit: number, share: number): number {
  return share === 0 ? 0 : Math.max(1, limit * share)
}
