import type { Clock } from '../../../base/index.ts'

export interface FakeClock extends Clock {
  /** Moves time on; what is due is called in order, each at its own time. */
  advance(ms: number): void
}

/** A clock that only a test moves. */
export function fakeClock(): FakeClock {
  let time = 0
  const timers = new Set<Timer>()

  function earliest(end: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of timers) {
      if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer
    }
    return next
  }

  return {
    now: () => time,
    epochMs: () => time,
    after(delayMs, callback) {
      const timer = { at: time + delayMs, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance(ms) {
      const end = time + ms
      for (let next = earliest(end); next !== undefined; next = earliest(end)) {
        timers.delete(next)
        time = Math.max(time, next.at)
        next.callback()
      }
      time = end
    },
  }
}

interface Timer {
  readonly at: number
  readonly callback: () => void
}
