import type { Claim } from './claim.ts'
import type { Decision } from './decision.ts'
import { secondsOf } from './errors.ts'
import type { Rule } from './rule.ts'
import type { Weight } from './types.ts'

/** Header fields of an answer. */
export type LimitHeaders = Record<string, string>

/**
 * `RateLimit-Policy` with all rules that enforce and hold, `RateLimit` with the narrowest of them (draft-ietf-httpapi-ratelimit-headers).
 * `Retry-After` belongs to the refusal.
 */
export function limitHeaders(decision: Decision): LimitHeaders {
  const { narrowest } = decision
  if (narrowest === undefined) return {}
  const policies = decision.claims.filter(claim => claim.rule.enforces).map(policyOf)
  return { 'ratelimit-policy': policies.join(', '), ratelimit: stateOf(narrowest) }
}

/** Names hold no character that would need escaping. Of `concurrency` there is no window. */
function policyOf({ rule, limit }: Claim): string {
  const quota = `"${rule.name}";q=${Math.floor(limit)}${unitOf(rule)}`
  return rule.algorithm === 'concurrency' ? quota : `${quota};w=${secondsOf(rule.windowMs)}`
}

function stateOf({ rule, passes, remaining, resetMs, retryAfterMs }: Claim): string {
  const left = `"${rule.name}";r=${passes ? Math.floor(remaining) : 0}`
  if (rule.algorithm === 'concurrency') return left
  return `${left};t=${Math.ceil((passes ? resetMs : retryAfterMs) / 1_000)}`
}

function unitOf({ algorithm, weight }: Rule): string {
  if (algorithm === 'concurrency') return ';qu="concurrent-requests"'
  return weight === 'requests' ? '' : `;qu="${UNITS[weight]}"`
}

const UNITS: Readonly<Record<Weight, string>> = {
  requests: 'requests',
  bytes: 'content-bytes',
  rows: 'rows',
  embeds: 'embeds',
  cost: 'cost',
}
