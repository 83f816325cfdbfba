import { createSecondChanceCache } from '../../base/index.ts'

/** Of which class of a pool's callers a statement is, by how long it took before. */
export type Pace = 'interactive' | 'batch'

/** Learns how long each statement takes: nobody has to declare which ones are slow. */
export interface PaceKeeper {
  /** What a statement is taken for; one that never ran is taken for a fast one. */
  paceOf(statement: string): Pace
  /** It took so long at the database, in milliseconds. */
  took(statement: string, durationMs: number): void
  /** It failed, or was cancelled, after so long: that tells nothing of how fast it would have been. */
  tookAtLeast(statement: string, durationMs: number): void
}

/** Statements remembered; a shape of request is one. */
const STATEMENTS_MAX = 2_000
/** Of the mean that is kept, how much the newest run makes up. */
const WEIGHT = 0.2
/** A mean above the first makes a statement slow, one below the second makes it fast again, in milliseconds. */
const SLOW_FROM_MS = 250
const FAST_BELOW_MS = 100

interface Entry {
  meanMs: number
  pace: Pace
}

/** Means are exponential. Statements that did not run lately are forgotten first. */
export function createPaceKeeper(): PaceKeeper {
  const entries = createSecondChanceCache<Entry>(STATEMENTS_MAX)

  function took(statement: string, durationMs: number): void {
    const entry = entries.get(statement)
    if (entry === undefined) {
      entries.set(statement, { meanMs: durationMs, pace: paceAt(durationMs, 'interactive') })
      return
    }
    entry.meanMs += WEIGHT * (durationMs - entry.meanMs)
    entry.pace = paceAt(entry.meanMs, entry.pace)
  }

  return {
    paceOf: statement => entries.get(statement)?.pace ?? 'interactive',
    took,
    tookAtLeast(statement, durationMs) {
      if (durationMs > (entries.get(statement)?.meanMs ?? FAST_BELOW_MS))
        took(statement, durationMs)
    },
  }
}

function paceAt(meanMs: number, before: Pace): Pace {
  if (meanMs > SLOW_FROM_MS) return 'batch'
  return meanMs < FAST_BELOW_MS ? 'interactive' : before
}
