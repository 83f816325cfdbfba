import type { Clock } from '../../base/index.ts'

/** What runs on a node, and how long that takes there. */
export interface Load {
  began(): void
  ended(durationMs: number): void
  readonly inflight: number
  /** Mean time of what ended lately, in milliseconds. 0: nothing did. */
  readonly meanMs: number
  /** What one more would have to expect there: lower is better. */
  cost(): number
}

/** What is older than this counts for a third, in milliseconds: a node that was slow is tried again. */
const DECAY_MS = 5_000
/** No node is so fast that what runs there already does not count. */
const LEAST_MS = 0.1

/**
 * Latency as an exponential mean over time rather than over calls, times those in flight: the estimate of Finagle's Peak EWMA
 * without the peak, which one slow statement among fast ones would make.
 */
export function createLoad(clock: Clock): Load {
  let inflight = 0
  let meanMs = 0
  let updatedAt = Number.NEGATIVE_INFINITY // The first one counts as it is.

  /** How much of the mean is still worth something. */
  function left(now: number): number {
    return Math.exp(-Math.max(0, now - updatedAt) / DECAY_MS)
  }

  return {
    began() {
      inflight++
    },
    ended(durationMs) {
      inflight = Math.max(0, inflight - 1)
      const now = clock.now()
      const share = Math.max(NEWEST, 1 - left(now))
      meanMs += share * (durationMs - meanMs)
      updatedAt = now
    },
    get inflight() {
      return inflight
    },
    get meanMs() {
      return meanMs * left(clock.now())
    },
    cost() {
      return (inflight + 1) * (LEAST_MS + meanMs * left(clock.now()))
    },
  }
}

/** The share of the newest at least: many in a millisecond would count for nothing otherwise. */
const NEWEST = 0.05
