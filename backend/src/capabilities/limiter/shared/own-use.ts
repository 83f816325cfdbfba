import type { Claim } from '../claim.ts'
import { surelyCountedMs } from './counted.ts'

/** What was charged within one part of the window ends together, when the last of it does. */
const PARTS = 16
const TINY = 1e-9

/**
 * What this process alone has charged to one counter in the last window: its part of what Redis knows, for the time when Redis does not.
 * Times are those of the clock of this process.
 */
export class OwnUse {
  #total = 0
  readonly #firsts: number[] = []
  readonly #lasts: number[] = []
  readonly #amounts: number[] = []

  add(now: number, amount: number, windowMs: number): void {
    this.#total += amount
    const newest = this.#lasts.length - 1
    if (newest >= 0 && now - (this.#firsts[newest] as number) < windowMs / PARTS) {
      this.#lasts[newest] = now
      this.#amounts[newest] = (this.#amounts[newest] as number) + amount
      return
    }
    this.#firsts.push(now)
    this.#lasts.push(now)
    this.#amounts.push(amount)
  }

  totalAt(now: number, windowMs: number): number {
    while (this.#lasts.length > 0 && (this.#lasts[0] as number) + windowMs <= now) {
      this.#firsts.shift()
      this.#lasts.shift()
      this.#total -= this.#amounts.shift() as number
    }
    if (this.#lasts.length === 0) this.#total = 0 // Sums of fractions need not end at nothing.
    return this.#total
  }

  /** No more than `totalAt`, and for certain: without what may have ended in part, or by another clock. */
  surelyAt(now: number, claim: Claim): number {
    const windowMs = surelyCountedMs(claim)
    let total = 0
    for (const [part, first] of this.#firsts.entries()) {
      if (first + windowMs > now) total += this.#amounts[part] as number
    }
    return total
  }

  /** Less of what was charged at that time. Returns how much of that there was. */
  giveBack(amount: number, at: number): number {
    const part = this.#lasts.findIndex(last => last >= at)
    if (part < 0) return 0
    const taken = Math.min(amount, this.#amounts[part] as number)
    this.#amounts[part] = (this.#amounts[part] as number) - taken
    this.#total -= taken
    return taken
  }

  /** When there is so much less, from now. After `totalAt`. */
  waitMs(now: number, excess: number, windowMs: number): number {
    let missing = excess
    for (let part = 0; part < this.#lasts.length; part++) {
      missing -= this.#amounts[part] as number
      if (missing <= TINY) return (this.#lasts[part] as number) + windowMs - now
    }
    return windowMs
  }

  /** How much was charged, and when at the latest. After `totalAt`. */
  *parts(): Generator<readonly [at: number, amount: number]> {
    for (const [part, last] of this.#lasts.entries()) {
      const amount = this.#amounts[part] as number
      if (amount > 0) yield [last, amount]
    }
  }

  clear(): void {
    this.#total = 0
    this.#firsts.length = this.#lasts.length = this.#amounts.length = 0
  }
}
