import type { Clock } from '../../../base/index.ts'
import type { Claim } from '../claim.ts'
import type { Entry } from './entry.ts'
import type { Adjustment } from './exchange.ts'

export interface LeasesSetup {
  readonly clock: Clock
  readonly leaseMs: number
  readonly leaseShareMax: number
  readonly giveBack: (adjustment: Adjustment) => void
}

/** All leases of this process. */
export class Leases {
  readonly #setup: LeasesSetup
  /** With a claim, for the terms by which it is given back. */
  readonly #held = new Map<Entry, Claim>()
  #cancelSweep: (() => void) | undefined = undefined

  constructor(setup: LeasesSetup) {
    this.#setup = setup
  }

  get size(): number {
    return this.#held.size
  }

  /** Never. */
  get areNone(): boolean {
    return this.#setup.leaseShareMax === 0
  }

  /** How much to ask for in advance, among so many processes: charged with the next answer of Redis. */
  order({ rule, weight, burst }: Claim, { lease }: Entry, nodes: number): number {
    const { clock, leaseShareMax, leaseMs } = this.#setup
    if (leaseShareMax === 0 || rule.algorithm === 'concurrency') return 0
    lease.see(clock.now(), weight)
    return lease.order(Math.min(leaseMs, rule.windowMs), (burst * leaseShareMax) / nodes)
  }

  /** `redisAt`: by the clock of Redis. */
  receive(claim: Claim, entry: Entry, amount: number, redisAt: number): void {
    if (amount <= 0) return
    const { clock, leaseMs } = this.#setup
    entry.lease.receive({ amount, redisAt, at: clock.now() }, leaseMs)
    this.#held.set(entry, claim)
    this.#cancelSweep ??= clock.after(leaseMs / 2, () => this.#sweep())
  }

  /** What was not used in time is given back. */
  #sweep(): void {
    const { clock, leaseMs } = this.#setup
    const now = clock.now()
    for (const [entry, claim] of this.#held) {
      if (now >= entry.lease.endsAt) this.#end(entry, claim)
    }
    this.#cancelSweep =
      this.#held.size === 0 ? undefined : clock.after(leaseMs / 2, () => this.#sweep())
  }

  #end(entry: Entry, claim: Claim): void {
    this.#held.delete(entry)
    for (const { amount, at, redisAt } of entry.lease.end()) {
      entry.own.giveBack(amount, at)
      this.#setup.giveBack({ entry, claim, amount: -amount, at: redisAt, by: 'redis' })
    }
  }

  /** Redis does not know of them any more. */
  forget(): void {
    for (const entry of this.#held.keys()) entry.lease.end()
    this.#held.clear()
  }

  stop(): void {
    this.#cancelSweep?.()
    for (const [entry, claim] of this.#held) this.#end(entry, claim)
  }
}
