import type { Clock } from '../../../base/index.ts'

/** Time that passes only when it is told to. */
export interface FakeClock extends Clock {
  /** Everything that comes due is done in order, and what follows from it before the next. */
  advance(byMs: number): Promise<void>
}

interface Timer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

export function createFakeClock(): FakeClock {
  const timers = new Set<Timer>()
  let now = 0
  let order = 0

  function next(until: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of timers) {
      if (timer.at > until) continue
      const isEarlier = first === undefined || timer.at < first.at
      if (isEarlier || (timer.at === first?.at && timer.order < first.order)) first = timer
    }
    return first
  }

  return {
    now: () => now,
    epochMs: () => now,
    after(delayMs, callback) {
      const timer = { at: now + Math.max(0, delayMs), order: order++, callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    async advance(byMs) {
      const until = now + byMs
      await settled()
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        timers.delete(timer)
        now = Math.max(now, timer.at)
        timer.callback()
        await settled()
      }
      now = until
    },
  }
}

/** What was promised has happened, as far as it needs no time. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve()
}
