import type { Claim } from '../claim.ts'
import { countedMs } from './counted.ts'
import type { Entry } from './entry.ts'
import type { Adjustment } from './exchange.ts'

/** Where a weight was charged, for when the real one is known. */
export class Charge {
  readonly entry: Entry
  readonly #kind: 'redis' | 'lease' | 'alone'
  /** By the clock of Redis; 0: not there. */
  readonly redisAt: number

  constructor(entry: Entry, kind: 'redis' | 'lease' | 'alone', redisAt: number) {
    this.entry = entry
    this.#kind = kind
    this.redisAt = redisAt
  }

  /** It was more or less by this. Returns what Redis must be told of that. */
  settle(claim: Claim, difference: number, now: number, nodes: number): Adjustment | undefined {
    const { entry } = this
    const left = this.#kind === 'lease' ? entry.lease.adjust(now, difference) : difference
    if (left === 0) return undefined
    if (left > 0) {
      if (this.#kind === 'alone') entry.chargeMore(now, claim, left, nodes)
      else entry.own.add(now, left, countedMs(claim))
      return { entry, claim, amount: left, at: 0, by: 'redis' }
    }
    entry.own.giveBack(-left, claim.at)
    entry.deniedUntil = 0
    if (this.#kind === 'redis') return { entry, claim, amount: left, at: this.redisAt, by: 'redis' }
    const untold = entry.unsent?.giveBack(-left, claim.at) ?? 0
    return untold + left === 0
      ? undefined
      : { entry, claim, amount: left + untold, at: claim.at, by: 'here' }
  }
}
