import type { StateKind } from './state.ts'

/**
 * Why a breaker changed its state.
 *
 * - `failures-in-a-row`, `failure-ratio`, `slow-ratio`: what its own calls showed
 * - `trial-failed`, `trial-timeout`, `trials-passed`: what its trials showed
 * - `rested`: its time is over
 * - `opened-by-hand`, `isolated`, `released`: a person, or a program in its place
 * - `quorum`: most processes have opened theirs
 */
export type TransitionReason =
  | 'failures-in-a-row'
  | 'failure-ratio'
  | 'slow-ratio'
  | 'trial-failed'
  | 'trial-timeout'
  | 'trials-passed'
  | 'rested'
  | 'opened-by-hand'
  | 'isolated'
  | 'released'
  | 'quorum'

/** One change of state, as it is told and kept. */
export interface Transition {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly from: StateKind
  readonly to: StateKind
  readonly reason: TransitionReason
  /** The figures, or a person's words. */
  readonly details: string
}

/** What breakers, their sharing and chaos tell. */
export type BreakerEvent =
  | ({ readonly kind: 'breaker.changed'; readonly name: string } & Omit<Transition, 'at'>)
  /** A fallback failed, or was too slow: its caller got the error that it was to make up for. */
  | { readonly kind: 'breaker.fallback-failed'; readonly name: string; readonly error: unknown }
  /** Nothing can be told to the other processes at the moment. Each goes by its own calls. */
  | { readonly kind: 'breaker.share-failed'; readonly error: unknown }
  | {
      readonly kind: 'breaker.chaos-began'
      readonly id: string
      readonly fault: string
      readonly target: string
      readonly forMs: number
    }
  | { readonly kind: 'breaker.chaos-ended'; readonly id: string }
