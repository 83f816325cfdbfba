import type { LoadReason } from './shedding/load.ts'
import type { Penalty } from './types.ts'

/** What a limiter tells. */
export type LimiterEvent =
  /** The first refusal of a rule for a while, with how many there were since the last one told. The key is shortened. */
  | {
      readonly kind: 'limiter.refused'
      readonly rule: string
      readonly key: string
      readonly count: number
    }
  /** The same for a rule that only looks. */
  | {
      readonly kind: 'limiter.shadowed'
      readonly rule: string
      readonly key: string
      readonly count: number
    }
  | { readonly kind: 'limiter.rules-changed'; readonly rules: readonly string[] }
  | ({ readonly kind: 'limiter.penalized' } & Penalty)
  /** More keys than counters: the lightest are estimated, never too low. */
  | { readonly kind: 'limiter.keys-full'; readonly keysMax: number }
  /** Redis does not answer: each process goes by its part of the limits, or as the rule wants it. */
  | { readonly kind: 'limiter.shared-lost'; readonly error: unknown }
  /** It does again, and was told of so many charges. */
  | { readonly kind: 'limiter.shared-works'; readonly forMs: number; readonly told: number }
  /** Redis is empty: it is told what it knew. */
  | { readonly kind: 'limiter.shared-forgotten' }
  /** The less important are refused from now on, or no longer. */
  | {
      readonly kind: 'limiter.shedding'
      readonly isShedding: boolean
      /** 1: as much as may be. */
      readonly level: number
      readonly reason: LoadReason
    }
  /** Rules that are kept elsewhere cannot be read, or are wrong: the ones before stay. Told once. */
  | { readonly kind: 'limiter.rules-unread'; readonly error: unknown }
