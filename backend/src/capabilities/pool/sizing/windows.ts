import type { SizingSample } from './sizing.ts'

/** A stretch of time long enough to count in. */
export interface Window {
  readonly at: number
  readonly ms: number
  readonly size: number
  readonly busy: number
  readonly perSecond: number
  /** Undefined when nothing ended. */
  readonly holdMs: number | undefined
  /** Every connection was in use nearly all the time: more callers could not have got one. */
  readonly isFull: boolean
  /** Callers waited longer than they should. */
  readonly isQueued: boolean
}

/** The pool also asks between its samples: too short to count in, so those are put together up to this. */
const SHORTEST_MS = 200
/** Nobody looked for so long (the process was stopped): what was counted says nothing. */
const LONGEST_MS = 5_000
const FULL = 0.93

interface Sums {
  ms: number
  size: number
  busy: number
  completed: number
  hold: number
  waitP95Ms: number
}

/** Puts samples together until there is a window. */
export function createWindows(queueWaitTargetMs: number): {
  add(sample: SizingSample): Window | undefined
} {
  let last: number | undefined
  let sums = nothing()

  function closed(at: number): Window | undefined {
    const { ms, size, busy, completed, hold, waitP95Ms } = sums
    sums = nothing()
    if (ms > LONGEST_MS) return undefined
    return {
      at,
      ms,
      size: size / ms,
      busy: busy / ms,
      perSecond: (completed / ms) * 1_000,
      holdMs: completed > 0 ? hold / completed : undefined,
      isFull: size > 0 && busy >= FULL * size,
      isQueued: waitP95Ms > queueWaitTargetMs,
    }
  }

  return {
    add(sample) {
      const ms = sample.now - (last ?? sample.now)
      last = sample.now
      sums.ms += ms
      sums.size += sample.size * ms
      sums.busy += sample.busyMean * ms
      sums.completed += sample.completed
      sums.hold += sample.holdMeanMs * sample.completed
      sums.waitP95Ms = Math.max(sums.waitP95Ms, sample.waitP95Ms)
      return sums.ms >= SHORTEST_MS ? closed(sample.now) : undefined
    },
  }
}

function nothing(): Sums {
  return { ms: 0, size: 0, busy: 0, completed: 0, hold: 0, waitP95Ms: 0 }
}
