import type { Alert } from './alert.ts'
import type { Measure } from './types.ts'

/** What the monitor tells of itself. */
export type SecurityMonitorEvent =
  | { readonly kind: 'security.alert'; readonly alert: Alert }
  /** Something is done about a principal, decided here or at another process. */
  | { readonly kind: 'security.measure'; readonly measure: Measure; readonly isOwn: boolean }
  | { readonly kind: 'security.undone'; readonly measure: Measure; readonly by: string }
  /** Nothing can be shared with the other processes at the moment: each goes by what it sees itself. */
  | { readonly kind: 'security.share-failed'; readonly error: unknown }
  | { readonly kind: 'security.share-restored' }
  /** What came by Redis was not signed with our secret, so often since the start. Told at most once a minute. */
  | { readonly kind: 'security.news-refused'; readonly count: number }
  /** A block list is in force: the first time, and when it is another one. */
  | {
      readonly kind: 'security.list-read'
      readonly list: string
      readonly networks: number
      /** Lines that are no network, and the first of their numbers. */
      readonly refused: number
      readonly refusedLines: readonly number[]
    }
  /** A block list cannot be read: what was read before stays in force. */
  | {
      readonly kind: 'security.list-failed'
      readonly list: string
      readonly networks: number
      readonly error: unknown
    }
  /** Somebody who was to be told of an alert or a decision has failed. */
  | { readonly kind: 'security.listener-failed'; readonly error: unknown }
