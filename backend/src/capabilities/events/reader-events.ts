import type { GapReason } from './reader-errors.ts'
import type { Stall } from './types.ts'

/** Where a reader failed: reading, delivering, or keeping its place. */
export type ReaderPart = 'source' | 'consumer' | 'checkpoint'

/** What readers of the journal tell. Each names itself, and cursors are text: see `formatCursor`. */
export type ReaderEvent = { readonly reader: string } & (
  | {
      /** It tries again by itself. Told of the 1st, 2nd, 4th, 8th … failure in a row. */
      readonly kind: 'journal.reader-failed'
      readonly part: ReaderPart
      readonly attempt: number
      readonly retryInMs: number
      readonly error: unknown
    }
  | {
      readonly kind: 'journal.reader-recovered'
      readonly part: ReaderPart
      readonly attempts: number
      readonly forMs: number
    }
  /** Another process reads under this name. This one waits for it to end. */
  | { readonly kind: 'journal.reader-held'; readonly holder: string; readonly freeInMs: number }
  /** Another process has taken over, or may have: this one could not say that it is alive. It asks for the name again. */
  | { readonly kind: 'journal.reader-lost'; readonly cursor: string }
  /** Everything that may be read has been delivered, after the start or after more than a second behind. */
  | { readonly kind: 'journal.caught-up'; readonly afterMs: number; readonly cursor: string }
  /** A transaction is in the way of events. Told once for each. */
  | ({ readonly kind: 'journal.stalled' } & Stall)
  | { readonly kind: 'journal.gap'; readonly reason: GapReason; readonly cursor: string }
)
