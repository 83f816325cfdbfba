import { option } from '../../base/index.ts'

const DAY_MS = 86_400_000

/** How long values are kept, and what may be answered when they are over. Each call may say otherwise. */
export interface CacheOptions {
  /** How long a value is fresh, in milliseconds. Default 300_000. */
  ttlMs?: number
  /** How long it is fresh that there is nothing, in milliseconds. Default 10_000. */
  negativeTtlMs?: number
  /** Both are spread by this share, from 0 to 1, so that what came together does not go together. Default 0.1. */
  jitterShare?: number
  /** So long after it was fresh a value is still answered while it is loaded anew, in milliseconds. Default 0. */
  staleWhileRevalidateMs?: number
  /** So long it is answered when it cannot be loaded, or not in time, in milliseconds; changed values too. Default 0. */
  staleIfErrorMs?: number
  /** After a failure such a value is answered so long without another try, in milliseconds. Default 1_000. */
  errorThrottleMs?: number
  /** Where `staleIfErrorMs` allows it, an older value is answered when a load takes longer, in milliseconds; 0: never. Default 0. */
  softTimeoutMs?: number
  /** Longest wait for a load, in milliseconds; 0: no limit. Default 30_000. */
  hardTimeoutMs?: number
  /**
   * Load a value anew while it is still fresh: not, when a share of its time is over, or at random, sooner the longer it takes to
   * load (`xfetch`). Only when somebody asks for it. Default `off`.
   */
  earlyRefresh?: 'off' | 'share' | 'xfetch'
  /** That share, from 0 to 1. Default 0.8. */
  earlyRefreshShare?: number
  /** How eager `xfetch` is; 1 is optimal where loads take about the same time. Default 1. */
  xfetchBeta?: number
  /** While changes of other nodes do not arrive, values are fresh only so long, in milliseconds. Default 5_000. */
  behindTtlMs?: number
  /** Changes that are remembered, to judge what is being loaded and what is in the second level. Default 10_000. */
  changesMax?: number
}
export type CacheRules = Readonly<Required<CacheOptions>>
export const CACHE_DEFAULTS: CacheRules = Object.freeze({
  ttlMs: 300_000,
  negativeTtlMs: 10_000,
  jitterShare: 0.1,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 0,
  errorThrottleMs: 1_000,
  softTimeoutMs: 0,
  hardTimeoutMs: 30_000,
  earlyRefresh: 'off',
  earlyRefreshShare: 0.8,
  xfetchBeta: 1,
  behindTtlMs: 5_000,
  changesMax: 10_000,
})
export const CACHE_CHECKS: option.Checks<CacheOptions> = Object.freeze({
  ttlMs: option.duration({ min: 0, max: 365 * DAY_MS }),
  negativeTtlMs: option.duration({ min: 0, max: 365 * DAY_MS }),
  jitterShare: option.number({ min: 0, max: 1 }),
  staleWhileRevalidateMs: option.duration({ min: 0, max: 365 * DAY_MS }),
  staleIfErrorMs: option.duration({ min: 0, max: 365 * DAY_MS }),
  errorThrottleMs: option.duration({ min: 0, max: DAY_MS }),
  softTimeoutMs: option.duration({ min: 0, max: DAY_MS }),
  hardTimeoutMs: option.duration({ min: 0, max: DAY_MS }),
  earlyRefresh: option.oneOf('off', 'share', 'xfetch'),
  earlyRefreshShare: option.number({ min: 0.01, max: 1 }),
  xfetchBeta: option.number({ min: 0, max: 1_000 }),
  behindTtlMs: option.duration({ min: 0, max: DAY_MS }),
  changesMax: option.integer({ min: 1, max: 10_000_000 }),
})
