import type { Claim } from '../claim.ts'
import { Lease } from './lease.ts'
import { OwnUse } from './own-use.ts'

/** What this process knows of one shared counter. Times are those of its own clock. */
export class Entry {
  /** In Redis. */
  readonly place: string
  readonly key: string
  /** All that this process has charged, in Redis or not. */
  readonly own = new OwnUse()
  /** Of that, what Redis has not been told. */
  unsent: OwnUse | undefined = undefined
  readonly lease = new Lease()
  /** Asked for since it was last passed over. */
  isUsed = false
  /** Until then nothing as heavy as `deniedWeight` passes where not more than `deniedBurst` may. */
  deniedUntil = 0
  #deniedWeight = 0
  #deniedBurst = 0
  /** What Redis said last, and what this process had charged then. */
  #knownAt = Number.NEGATIVE_INFINITY
  #knownLeft = 0
  #ownThen = 0
  /** The most that this process might have charged by an earlier answer, before others had to tell Redis what they have. */
  #beforeAt = Number.NEGATIVE_INFINITY
  #boundBefore = 0

  constructor(place: string, key: string) {
    this.place = place
    this.key = key
  }

  isDenied(now: number, { weight, burst }: Claim): boolean {
    return now < this.deniedUntil && weight >= this.#deniedWeight && burst <= this.#deniedBurst
  }

  deny(until: number, { weight, burst }: Claim): void {
    this.deniedUntil = until
    this.#deniedWeight = weight
    this.#deniedBurst = burst
  }

  /** Redis has charged so much more for this process, and says what is left. */
  learn(now: number, claim: Claim, charged: number): void {
    const windowMs = countedMs(claim)
    if (charged > 0) this.own.add(now, charged, windowMs)
    this.#knownAt = now
    this.#knownLeft = claim.remaining
    this.#ownThen = this.own.totalAt(now, windowMs)
  }

  /** The same from a Redis that others have not told everything yet: what it said before still bounds this process, within its window. */
  learnOnProbation(now: number, claim: Claim, charged: number, nodes: number): void {
    const isBounded = now - this.#beforeAt < countedMs(claim)
    const bound = this.#ownThen + this.#knownLeft / nodes
    if (!isBounded || bound < this.#boundBefore) {
      this.#beforeAt = this.#knownAt
      this.#boundBefore = bound
    }
    this.learn(now, claim, charged)
  }

  /**
   * How much this process may still charge without asking, when there are so many. Each has its part of the limit; and in the window
   * after the last answer of Redis, no more than its part of what was left then and what of its own ends meanwhile. So in
   * no window do all of them together charge more than the limit, for as far as they had heard of each other.
   */
  leftAlone(now: number, claim: Claim, nodes: number): number {
    const { burst } = claim
    const own = this.own.totalAt(now, countedMs(claim))
    const part = burst > 0 ? Math.max(1, burst / nodes) : 0
    let left = part - own
    const isLately = (at: number): boolean => now - at < countedMs(claim)
    if (isLately(this.#knownAt)) {
      left = Math.min(left, this.#ownThen + this.#knownLeft / nodes - own)
    }
    if (isLately(this.#beforeAt)) left = Math.min(left, this.#boundBefore - own)
    return left
  }

  /** By the last answer of Redis, with what this process holds of it. */
  leftAfter(tokens: number): number {
    return this.#knownLeft + tokens
  }

  chargeAlone(now: number, claim: Claim): void {
    const windowMs = countedMs(claim)
    this.own.add(now, claim.weight, windowMs)
    this.keepUnsent(now, claim.weight, windowMs)
  }

  keepUnsent(at: number, amount: number, windowMs: number): void {
    this.unsent ??= new OwnUse()
    this.unsent.add(at, amount, windowMs)
  }
}

/** For how long something counts: an even flow of which little may come at once is watched for a shorter time than its window. */
export function countedMs({ windowMs, limit, burst }: Claim): number {
  return limit > 0 ? (windowMs * burst) / limit : windowMs
}
