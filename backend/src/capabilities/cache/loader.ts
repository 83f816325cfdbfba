import type { Dependency } from './types.ts'

/** What a load may look at. */
export interface LoadContext<T> {
  /** Aborted when nobody waits for the value any more. */
  readonly signal: AbortSignal
  /** What is to be replaced, if it is still there: for a question whether it has changed. */
  readonly previous: T | undefined
}

/** Brings a value from where it really is. What it throws reaches all who wait, and is not kept. */
export type Load<T, Version, Data> = (
  context: LoadContext<T>,
) => Promise<Loaded<T, Version, Data>> | Loaded<T, Version, Data>

export interface Loaded<T, Version, Data> {
  /** `null` is a value; undefined is answered and not kept. */
  readonly value: T
  /** What it was read from. Without one: what has changed since the load began decides. */
  readonly version?: Version | undefined
  /** Default: none, so that only its own key and its time make it old. */
  readonly dependencies?: readonly Dependency<Data>[] | undefined
  /** Instead of the policy's, in milliseconds. 0: it is not kept. */
  readonly ttlMs?: number | undefined
  /** Its size in memory, for the byte limit of the first level. Default: estimated where it is a string or bytes, else 256. */
  readonly bytes?: number | undefined
  /** There is nothing; kept for `negativeTtlMs`. */
  readonly isNegative?: boolean | undefined
}
