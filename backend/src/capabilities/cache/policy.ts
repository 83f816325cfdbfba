import type { CacheRules } from './options.ts'
import type { Dependency } from './types.ts'

/** What the caller of one answer wants, as `Cache-Control` of a request says it (RFC 9111, RFC 5861). */
export interface Ask {
  /** Load it anew, whatever is stored. */
  readonly noCache?: boolean
  /** Do not store what is loaded for this call. What is stored may be answered. */
  readonly noStore?: boolean
  /** Answer what is stored, or reject with ST641. */
  readonly onlyIfCached?: boolean
  /** Not older than this, in milliseconds. */
  readonly maxAgeMs?: number
  /** Fresh for at least so long from now, in milliseconds. */
  readonly minFreshMs?: number
  /** It may have been fresh until so long ago, in milliseconds. Not for values that have changed since. */
  readonly maxStaleMs?: number
}

/** How one value is kept and answered. What is not said is as the cache's options say. */
export interface Policy<Data = unknown>
  extends Partial<
    Pick<
      CacheRules,
      | 'ttlMs'
      | 'negativeTtlMs'
      | 'staleWhileRevalidateMs'
      | 'staleIfErrorMs'
      | 'softTimeoutMs'
      | 'hardTimeoutMs'
      | 'earlyRefresh'
    >
  > {
  readonly ask?: Ask | undefined
  /**
   * What the value will depend on, where that is known before. Then nobody waits for a load that has become old meanwhile,
   * and what the second level has is judged by these tests; without, by tags and keys.
   */
  readonly dependencies?: (() => readonly Dependency<Data>[]) | undefined
  /** The caller does not wait any longer; the load is ended when nobody does. */
  readonly signal?: AbortSignal | undefined
  /** The caller has just had nothing from `peek`, so that this is not counted as two questions. */
  readonly hasPeeked?: boolean
}

/** The policy of a call with nothing left open. */
export type Terms = CacheRules

/** What a call without a policy says: all is as the options say. */
export const NO_POLICY: Policy = Object.freeze({})

export function termsOf(rules: CacheRules, policy: Policy<never>): Terms {
  if (policy === NO_POLICY) return rules
  return {
    ...rules,
    ttlMs: policy.ttlMs ?? rules.ttlMs,
    negativeTtlMs: policy.negativeTtlMs ?? rules.negativeTtlMs,
    staleWhileRevalidateMs: policy.staleWhileRevalidateMs ?? rules.staleWhileRevalidateMs,
    staleIfErrorMs: policy.staleIfErrorMs ?? rules.staleIfErrorMs,
    softTimeoutMs: policy.softTimeoutMs ?? rules.softTimeoutMs,
    hardTimeoutMs: policy.hardTimeoutMs ?? rules.hardTimeoutMs,
    earlyRefresh: policy.earlyRefresh ?? rules.earlyRefresh,
  }
}
