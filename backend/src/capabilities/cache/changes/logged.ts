import type { Change, Coherence } from '../types.ts'

/** A change, or a flush of a tag, as it is remembered. Places are those in the log; none: -1. */
export interface Logged<Stamp, Data> {
  /** Of a flush it has no keys. */
  readonly change: Change<Stamp | undefined, Data>
  /** The number of the flush, where it is one without a stamp. */
  readonly flush: number | undefined
  readonly isFlush: boolean
  /** The latest stamp, and the number of the latest flush without one, of all up to here. */
  readonly upTo: Stamp | undefined
  readonly flushesUpTo: number
  /** The one before it under the same tag, the one before it that has no keys, and for each of its keys the one before it. */
  readonly olderOfTag: number
  readonly olderWhole: number
  readonly olderOfKeys: readonly number[]
  readonly bytes: number
}

/** What a value says of itself when it is judged. */
export interface Asked<Version> {
  readonly version: Version
  readonly flushesSeen: number
}

export function isContained<Version, Stamp>(
  { change: { stamp }, flush, isFlush }: Logged<Stamp, unknown>,
  { version, flushesSeen }: Asked<Version>,
  coherence: Coherence<Version, Stamp>,
): boolean {
  if (flush !== undefined) return flush <= flushesSeen
  if (stamp === undefined) return false
  return isFlush ? coherence.includesAll(version, stamp) : coherence.includes(version, stamp)
}

/** Whether all up to a stamp and a flush are contained; `undefined`: there is no stamp yet. */
export function isAllContained<Version, Stamp>(
  upTo: Stamp | undefined,
  flushesUpTo: number,
  { version, flushesSeen }: Asked<Version>,
  coherence: Coherence<Version, Stamp>,
): boolean {
  return flushesUpTo <= flushesSeen && (upTo === undefined || coherence.includesAll(version, upTo))
}
