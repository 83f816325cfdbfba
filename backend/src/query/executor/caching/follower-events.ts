/** What the follower tells, besides what its reader does. */
export type FollowerEvent =
  /** Answers may be kept: so many tables are journaled. */
  | { readonly kind: 'caching.follows'; readonly tables: number }
  /** Nothing is followed, and why. Told when it begins to be so. */
  | { readonly kind: 'caching.follows-not'; readonly reason: string }
  /** Changes of a table may have been missed, or are not journaled any more: what was kept of it is old. By object id. */
  | {
      readonly kind: 'caching.table-changed'
      readonly relation: number
      readonly isJournaled: boolean
    }
