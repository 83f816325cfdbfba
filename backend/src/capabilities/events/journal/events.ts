/** What retention tells. Days are days of UTC: `2026-11-22`. */
export type RetentionEvent =
  /** Days that are over were dropped with all their events. */
  | { readonly kind: 'journal.dropped'; readonly part: string; readonly bytes: number }
  /** Among them were events that this reader had not seen. It will be told of the gap. */
  | { readonly kind: 'journal.reader-passed'; readonly reader: string; readonly part: string }
  /** It is larger than it should be, and there is no day left that may be dropped. */
  | { readonly kind: 'journal.too-large'; readonly bytes: number; readonly bytesMax: number }
  /** It could not be looked after. It is tried again at the next time. */
  | { readonly kind: 'journal.maintain-failed'; readonly error: unknown }
