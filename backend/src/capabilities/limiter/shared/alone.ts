import type { Claim } from '../claim.ts'
import type { Entry } from './entry.ts'
import type { Outage } from './outage.ts'

const TINY = 1e-9
/** Redis may be back at any moment. */
const CLOSED_FOR_MS = 1_000

/** What becomes of a claim while Redis cannot be asked, as its rule wants it. */
export function judgeAlone(
  claim: Claim,
  entry: Entry,
  outage: Outage,
  nodes: number,
  now: number,
): void {
  const { rule, weight, burst } = claim
  claim.isClosed = false
  claim.passes = true
  claim.retryAfterMs = 0
  claim.remaining = burst
  claim.resetMs = claim.windowMs
  if (rule.onOutage === 'open' || !Number.isFinite(claim.limit)) return
  if (entry.lease.covers(now, weight)) return
  if (rule.onOutage === 'closed') {
    claim.isClosed = true
    claim.passes = false
    claim.remaining = 0
    claim.retryAfterMs = CLOSED_FOR_MS
    return
  }
  const allowance = entry.allowanceIn(outage, now, claim, nodes)
  const left = allowance.left(now, claim, nodes, entry.own)
  claim.remaining = Math.max(0, left)
  claim.passes = weight <= left + TINY && (weight > 0 || left > 0)
  if (claim.passes) return
  if (left < 1) entry.learnUsedUp(now, claim)
  claim.retryAfterMs = allowance.waitMs(now, claim, Math.max(weight, TINY) - left, entry.own)
}
