import type { Origin, Place } from './origin.ts'
import type { Coherence } from './types.ts'

/** The order of the bus. */
export interface Placing {
  /** Up to where it was heard here. */
  readonly place: string | undefined
  /** Is the first not after the second? */
  isUpTo(place: string, reached: string): boolean
}

/** The clocks of two machines may differ by so much, in milliseconds. */
export const SKEW_MAX_MS = 1_000

/** What another process had heard when it loaded a value. Without a bus nobody hears anything, and times are compared. */
export function placeCoherence(placing: Placing | undefined): Coherence<Origin<unknown>, Place> {
  const isUpTo = (one: string | undefined, other: string | undefined): boolean =>
    one !== undefined && other !== undefined && placing?.isUpTo(one, other) === true
  const includes = (origin: Origin<unknown>, { place, atEpochMs }: Place): boolean =>
    placing === undefined
      ? atEpochMs + SKEW_MAX_MS <= origin.atEpochMs
      : isUpTo(place, origin.place)
  const isLater = (one: Place, other: Place): boolean =>
    placing === undefined ? one.atEpochMs >= other.atEpochMs : isUpTo(other.place, one.place)
  return {
    includes,
    includesAll: includes,
    later: (one, other) => (isLater(one, other) ? one : other),
  }
}
