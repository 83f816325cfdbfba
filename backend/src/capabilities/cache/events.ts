/** What a cache tells. Never a key or a value: they may be somebody's data. */
export type CacheEvent =
  /** A load in the background failed: whoever was answered meanwhile does not hear of it. */
  | { readonly kind: 'cache.refresh-failed'; readonly error: unknown }
  /** What is in the second level cannot be read, or a value cannot be written for it. It counts as a miss. */
  | { readonly kind: 'cache.codec-failed'; readonly error: unknown }
  /** Everything was taken for old. */
  | { readonly kind: 'cache.flushed'; readonly reason: string }
  /** Changes of other nodes do not arrive: values are taken for fresh only for a short time. */
  | { readonly kind: 'cache.behind' }
  | { readonly kind: 'cache.caught-up' }
  /** What Redis does for the cache failed so often since it was told last; the cache goes on without. */
  | {
      readonly kind: 'cache.shared-failed'
      readonly part: 'store' | 'leases' | 'bus'
      readonly error: unknown
      readonly failures: number
    }
  | { readonly kind: 'cache.shared-works'; readonly part: 'store' | 'leases' | 'bus' }
