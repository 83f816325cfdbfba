import { option } from '../../../base/index.ts'
import { READER_CHECKS, READER_DEFAULTS } from '../../../capabilities/events/index.ts'

/** How the journal is followed for the cache. */
export interface FollowerOptions {
  /** Longest time between two looks into the journal when nobody wakes it, in milliseconds. Default 250. */
  sweepMs?: number
  /** How often it is looked which tables are journaled, or whether there is a journal at all, in milliseconds. Default 2_000. */
  tablesEveryMs?: number
  /**
   * When the journal has not been heard for so long, nothing that is kept is answered for current any more, in milliseconds.
   * Default 5_000.
   */
  followLagMsMax?: number
}
export type FollowerRules = Readonly<Required<FollowerOptions>>
export const FOLLOWER_DEFAULTS: FollowerRules = Object.freeze({
  sweepMs: READER_DEFAULTS.sweepMs,
  tablesEveryMs: 2_000,
  followLagMsMax: 5_000,
})
export const FOLLOWER_CHECKS: option.Checks<FollowerOptions> = Object.freeze({
  sweepMs: READER_CHECKS.sweepMs,
  tablesEveryMs: option.duration({ min: 10, max: 3_600_000 }),
  followLagMsMax: option.duration({ min: 10, max: 3_600_000 }),
})
