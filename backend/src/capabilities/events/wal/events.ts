/** What the reading of the write-ahead log tells. */
export type WalObservation =
  /** The stream has begun, behind this place of the log. */
  | { readonly kind: 'journal.stream-opened'; readonly slot: string; readonly from: string }
  /** It has ended; the next reading opens it again. */
  | { readonly kind: 'journal.stream-lost'; readonly slot: string; readonly error: unknown }
  /** The slot keeps so many bytes of the log from being removed. Told when they become more than the option allows. */
  | { readonly kind: 'journal.slot-lagging'; readonly slot: string; readonly bytes: number }
  /** The server will throw the log away before the slot has read it, unless it is read now; in so many bytes, where it says so. */
  | {
      readonly kind: 'journal.slot-at-risk'
      readonly slot: string
      readonly bytesLeft: number | undefined
    }
  /** It has. */
  | { readonly kind: 'journal.slot-lost'; readonly slot: string; readonly reason: string }
