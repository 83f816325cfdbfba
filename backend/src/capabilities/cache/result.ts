/** Where an answer came from: the first level, the second, the loader, or an older value in place of a new one. */
export type From = 'l1' | 'l2' | 'loaded' | 'stale'

/**
 * Why an older value was answered.
 *
 * - `revalidating`: it is being loaded anew
 * - `error`: it could not be loaded, now or a moment ago
 * - `slow`, `timeout`: the load took longer than its soft, its hard limit
 * - `asked`: the caller allows it (`maxStaleMs`)
 */
export type StaleReason = 'revalidating' | 'error' | 'slow' | 'timeout' | 'asked'

/**
 * An answer. The value is the same reference for all who get it, and is never changed by the cache: do not change it either, or
 * freeze it. `null` is a value like any other.
 *
 * A class, so that all answers have one shape, and what follows from the others costs nothing until it is read.
 */
export class Result<T> {
  readonly value: T
  readonly from: From
  /** Undefined unless `from` is `stale`. */
  readonly why: StaleReason | undefined
  /** Since it was loaded, wherever that was, in milliseconds. */
  readonly ageMs: number
  /** How long it is still fresh, in milliseconds; below 0: since when it is not. */
  readonly ttlMs: number
  /** The loader said that there is nothing. */
  readonly isNegative: boolean
  /** The call has waited for a load that another one had begun. */
  readonly isJoined: boolean
  /** It is kept for the next. */
  readonly isStored: boolean

  constructor(
    source: Answerable<T>,
    from: From,
    why: StaleReason | undefined,
    now: number,
    isJoined: boolean,
  ) {
    this.value = source.value
    this.from = from
    this.why = why
    this.ageMs = now - source.bornAt
    this.ttlMs = source.freshUntil - now
    this.isNegative = source.isNegative
    this.isJoined = isJoined
    this.isStored = source.isKept
  }
}

/** What an answer takes from an entry. */
interface Answerable<T> {
  readonly value: T
  readonly bornAt: number
  readonly freshUntil: number
  readonly isNegative: boolean
  readonly isKept: boolean
}
