/** How answers of a plan are kept. */
export interface PlanPolicy {
  /**
   * Changes of all its tables are told. Otherwise time alone says when an answer is over: the two are never kept under one key, for
   * what nobody watched may have changed when the journal comes to be followed.
   */
  readonly isJournaled: boolean
  /** What its keys begin with: other rules or another history, other keys. */
  readonly prefix: string
  /** Of which cluster and timeline the answers are, so that ids of transactions mean the same; undefined: not known. */
  readonly history: string | undefined
  readonly ttlMs: number
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
}

export type Terms = Pick<PlanPolicy, 'ttlMs' | 'staleWhileRevalidateMs' | 'staleIfErrorMs'>

/** As the cache wants it. */
export function termsOf({ ttlMs, staleWhileRevalidateMs, staleIfErrorMs }: PlanPolicy): Terms {
  return { ttlMs, staleWhileRevalidateMs, staleIfErrorMs }
}

/** Why a plan has none. `absent`: there is no journal, so that nothing at all is said of the cache. */
export type NoPolicy = 'off' | 'not-journaled' | 'not-following' | 'absent'
