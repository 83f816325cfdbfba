import type { Claim } from '../claim.ts'
import { countedMs } from './counted.ts'
import { NO_OUTAGE, type Outage } from './outage.ts'
import type { OwnUse } from './own-use.ts'

const TINY = 1e-9
/** What each may charge, of its part of the limit, before others know that it is missing: that much more than the limit may pass. */
const BESIDE_SHARE = 0.05

/** What Redis had said of it. */
interface Known {
  readonly nodes: number
  readonly leftLately: number
}

/**
 * What this process may charge to one counter while it has lost Redis, perhaps alone. Until others have noticed they may take what ends of
 * its use, and what was left: it has its part of the least that was left lately, or a little beside the limit. Then its part is kept for it,
 * and it takes again what ends of its own use; but what others took of its part before counts for a window more.
 */
export class Allowance {
  #outage = NO_OUTAGE
  /** Its part of what was left, and what it has taken of it. */
  #right = 0
  #rightUsed = 0
  /** What it may have charged in a window when it is back early. */
  #mostOnReturn = 0
  /** What it had charged when the others noticed; undefined: not yet. */
  #ownThen: number | undefined = undefined
  #beside = 0
  #besideAt = Number.NEGATIVE_INFINITY

  /** Once for each outage. `leftLately`: infinite where nothing is known. */
  begin(
    outage: Outage,
    now: number,
    claim: Claim,
    use: OwnUse,
    { nodes, leftLately }: Known,
  ): void {
    const own = use.totalAt(now, countedMs(claim))
    const partLeft = Math.max(0, partOf(claim, nodes) - own)
    const right = leftLately / nodes
    this.#outage = outage
    this.#right = Math.min(right, partLeft)
    this.#rightUsed = 0
    this.#ownThen = undefined
    this.#mostOnReturn = Number.isFinite(right)
      ? use.surelyAt(now, claim) + Math.max(right, besideOf(claim, nodes))
      : own + partLeft
  }

  isOf(outage: Outage): boolean {
    return this.#outage === outage
  }

  left(now: number, claim: Claim, nodes: number, use: OwnUse): number {
    const windowMs = countedMs(claim)
    const noticedAt = this.#noticedAt(claim)
    if (now >= noticedAt) this.#ownThen ??= use.surelyAt(noticedAt, claim)
    const own = use.totalAt(now, windowMs)
    const left = partOf(claim, nodes) - own
    if (now < noticedAt) {
      return Math.max(Math.min(left, this.#rightLeft), this.#besideLeft(now, claim, nodes))
    }
    if (now >= noticedAt + windowMs) return left
    return Math.min(left, (this.#ownThen as number) + this.#rightLeft - own)
  }

  /** It is back, and others may not be yet: it does not take what they may have been told is left. */
  leftOnReturn(now: number, claim: Claim, use: OwnUse): number {
    return this.#mostOnReturn - use.totalAt(now, countedMs(claim))
  }

  /** Before it is in `use`. */
  charge(now: number, claim: Claim, weight: number, nodes: number, use: OwnUse): void {
    if (now >= this.#noticedAt(claim)) return
    const partLeft = partOf(claim, nodes) - use.totalAt(now, countedMs(claim))
    if (weight <= Math.min(partLeft, this.#rightLeft) + TINY) this.#rightUsed += weight
    else {
      if (!this.#wasLately(now, claim)) this.#beside = 0
      this.#beside += weight
      this.#besideAt = now
    }
  }

  /** How long so much excess lasts, from now. After `left`. */
  waitMs(now: number, claim: Claim, excess: number, use: OwnUse): number {
    const windowMs = countedMs(claim)
    const noticedAt = this.#noticedAt(claim)
    const ownMs = use.waitMs(now, excess, windowMs)
    if (now < noticedAt) return Math.max(noticedAt - now, ownMs)
    return now < noticedAt + windowMs ? Math.min(noticedAt + windowMs - now, ownMs) : ownMs
  }

  get #rightLeft(): number {
    return Math.max(0, this.#right - this.#rightUsed)
  }

  #besideLeft(now: number, claim: Claim, nodes: number): number {
    return besideOf(claim, nodes) - (this.#wasLately(now, claim) ? this.#beside : 0)
  }

  #wasLately(now: number, claim: Claim): boolean {
    return now - this.#besideAt < countedMs(claim)
  }

  /** What ends of a `concurrency`, it tells nobody before it is back. */
  #noticedAt({ rule }: Claim): number {
    const { lostAt, noticedAt } = this.#outage
    return rule.algorithm === 'concurrency' ? lostAt : noticedAt
  }
}

/** Whoever may pass at all may pass once. */
function partOf({ burst }: Claim, nodes: number): number {
  return burst > 0 ? Math.max(1, burst / nodes) : 0
}

function besideOf({ burst }: Claim, nodes: number): number {
  return (BESIDE_SHARE * burst) / nodes
}
