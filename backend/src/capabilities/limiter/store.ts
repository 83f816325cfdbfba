import type { Claim } from './claim.ts'
import type { Rule } from './rule.ts'
import type { Penalty } from './types.ts'

/** Where counters are: in this process, or shared through Redis. */
export interface LimitStore {
  /**
   * Judges all claims, and writes into each what came of it. All that pass are charged, unless one does not whose rule
   * enforces: then none is. Never rejects. A promise only where this process alone cannot say.
   */
  take(claims: readonly Claim[]): void | Promise<void>
  /** The same, if this process can say at once; otherwise false, and nothing is charged. */
  takeNow(claims: readonly Claim[]): boolean
  /** The real weight of one that was charged; 0 gives it back. Called once for each. */
  settle(claim: Claim, weight: number): void
  /** From now on; the counters of rules with the same `identity` stay. */
  setRules(rules: readonly Rule[]): void
  /** Tells the other processes. */
  share(penalty: Penalty): void
  /** Figures for the report, such as `entries`. */
  figures(): Readonly<Record<string, number | string | boolean>>
  start(): Promise<void>
  stop(): Promise<void>
}
