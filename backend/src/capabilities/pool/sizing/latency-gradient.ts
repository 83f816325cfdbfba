import type { Window } from './windows.ts'

/** Windows that the two averages reach back, roughly. */
const LONG = 600
const SHORT = 8
/** Holding a connection for so many times as long as usual means that the database is slow. */
const TOLERANCE = 1.5
/** When times have become much shorter, the long average follows faster than it would. */
const RECOVERED = 2
const RECOVERY = 0.95

/** How long connections are held lately, against how long they are held as a rule. */
export interface LatencyGradient {
  add(window: Window): void
  /** Long average to short average: below 1, the database has become slower. 1 as long as it is not known. */
  readonly value: number
  readonly isSlow: boolean
  /** What is held now is the rule from now on: more connections were worth the longer times. */
  accept(): void
}

/**
 * The measure of Netflix's concurrency-limits (`Gradient2Limit`: a short against a long exponential average, tolerance
 * 1.5). There it sets the limit itself; here it only forbids growth that would answer a slow database with more load.
 */
export function createLatencyGradient(): LatencyGradient {
  let count = 0
  let short = 0
  let long = 0

  return {
    add({ holdMs }) {
      if (holdMs === undefined) return
      count++
      short += (holdMs - short) * weight(SHORT)
      long += (holdMs - long) * weight(LONG)
      if (long > RECOVERED * short) long *= RECOVERY
    },
    get value() {
      return short > 0 ? long / short : 1
    },
    get isSlow() {
      return count > SHORT && short > TOLERANCE * long
    },
    accept() {
      long = short
    },
  }

  /** At first a plain mean. */
  function weight(reach: number): number {
    return Math.max(2 / (reach + 1), 1 / count)
  }
}
