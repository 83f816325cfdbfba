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
  /** Somebody who was to be told of an alert or a decision has failed. */
  | { readonly kind: 'security.listener-failed'; readonly error: unknown }
