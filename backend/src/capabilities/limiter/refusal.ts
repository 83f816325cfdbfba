import type { Claim } from './claim.ts'
import { termsOf } from './rule.ts'
import type { Refusal } from './types.ts'

/** Of two refusals the one that lasts longer: before that there is no use in another try. */
export function refusalOf(
  before: Refusal | undefined,
  claim: Claim,
  random: () => number,
): Refusal {
  const retryAfterMs = spread(waitMsOf(claim), random)
  if (before !== undefined && before.retryAfterMs >= retryAfterMs) return before
  return claim.isClosed ? unknown(claim, retryAfterMs) : reached(claim, retryAfterMs)
}

/** When a call ends nobody knows; only when it would be forgotten. */
function waitMsOf({ rule, retryAfterMs }: Claim): number {
  return rule.algorithm === 'concurrency' ? Math.min(CALL_MS, retryAfterMs) : retryAfterMs
}

const CALL_MS = 1_000

/** A little later, each time another bit: those who are refused together do not come back together. */
function spread(ms: number, random: () => number): number {
  return Math.ceil(ms + random() * Math.max(SPREAD_MS_MIN, ms * SPREAD_SHARE))
}

const SPREAD_MS_MIN = 1_000
const SPREAD_SHARE = 0.1

function reached({ rule, limit }: Claim, retryAfterMs: number): Refusal {
  const { name, reached: message, terms } = rule
  const details = limit === rule.limit ? terms : termsOf(rule, limit)
  return { rule: name, code: 'ST401', status: 429, retryAfterMs, message, details }
}

function unknown({ rule }: Claim, retryAfterMs: number): Refusal {
  return {
    rule: rule.name,
    code: 'ST403',
    status: 503,
    retryAfterMs,
    message: `The limit '${rule.name}' cannot be checked at the moment`,
    details:
      'The counters that all processes share cannot be reached, and it lets nobody pass then.',
  }
}
