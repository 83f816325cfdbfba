import type { Claim } from '../claim.ts'
import { Allowance } from './allowance.ts'
import { countedMs } from './counted.ts'
import { LeftLately } from './left-lately.ts'
import { Lease } from './lease.ts'
import type { Outage } from './outage.ts'
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
  /** By the last answer of Redis. */
  #left = 0
  readonly #leftLately = new LeftLately()
  /** Of the last outage in which it was asked for. */
  #allowance: Allowance | undefined = undefined

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
    this.#left = claim.remaining
    this.#leftLately.see(now, claim.remaining, windowMs)
  }

  /** It is used up: whoever comes back, or leaves again, goes by that. */
  learnUsedUp(now: number, claim: Claim): void {
    this.#leftLately.see(now, 0, countedMs(claim))
  }

  /** What this process may charge without Redis, or while others may still be without, when there are so many. */
  allowanceIn(outage: Outage, now: number, claim: Claim, nodes: number): Allowance {
    this.#allowance ??= new Allowance()
    if (!this.#allowance.isOf(outage)) {
      const leftLately = this.#leftLately.leastAt(now, countedMs(claim))
      this.#allowance.begin(outage, now, claim, this.own, { nodes, leftLately })
    }
    return this.#allowance
  }

  /** By the last answer of Redis, with what this process holds of it. */
  leftAfter(tokens: number): number {
    return this.#left + tokens
  }

  chargeAlone(outage: Outage, now: number, claim: Claim, nodes: number): void {
    const windowMs = countedMs(claim)
    const allowance = this.allowanceIn(outage, now, claim, nodes)
    allowance.charge(now, claim, claim.weight, nodes, this.own)
    this.own.add(now, claim.weight, windowMs)
    this.keepUnsent(now, claim.weight, windowMs)
  }

  /** What was charged alone has cost more by this. */
  chargeMore(now: number, claim: Claim, difference: number, nodes: number): void {
    this.#allowance?.charge(now, claim, difference, nodes, this.own)
    this.own.add(now, difference, countedMs(claim))
  }

  keepUnsent(at: number, amount: number, windowMs: number): void {
    this.unsent ??= new OwnUse()
    this.unsent.add(at, amount, windowMs)
  }
}
