import type { Priority } from '../types.ts'

/** What share of each class is let in, from 0 to 1. */
export type Admission = Readonly<Record<Priority, number>>

export const EVERYBODY: Admission = Object.freeze({ critical: 1, normal: 1, low: 1 })

/** By how much a class grows when all is well. */
const STEP = 0.02
/** It is cut by load, but not by more than to this at once. */
const CUT_MOST = 0.5
const CUT_LEAST = 0.9
/** Less than this of a class is none. */
const LEAST = 0.05
/** So far below the load at which a class is cut it grows again. */
const CALM = 0.9

/** Without any reserve, too, others are cut before the critical. */
const OTHERS_MOST = 0.99

const LESS_IMPORTANT_FIRST: readonly Priority[] = ['low', 'normal', 'critical']

/** While the load falls by this much in a step, what was cut is enough: the queue of before is still being served. */
const FALLING = 0.99

/**
 * One step: additive increase, multiplicative decrease, one class at a time. The less important is cut first, and comes back last. The
 * load at which the others are cut is lower by `reserve`, which so is kept for the critical; those are cut when the load is too much
 * with them alone, to no less than `reserve` of them.
 */
export function afterStep(
  before: Admission,
  level: number,
  levelBefore: number,
  reserve: number,
): Admission {
  for (const priority of LESS_IMPORTANT_FIRST) {
    const most = loadMost(priority, reserve)
    const least = priority === 'critical' ? reserve : 0
    if (before[priority] <= least) continue
    if (level <= most) break
    if (level < FALLING * levelBefore) return before
    return { ...before, [priority]: cut(before[priority], most / level, least) }
  }
  for (const priority of LESS_IMPORTANT_FIRST.toReversed()) {
    if (before[priority] === 1) continue
    if (level > CALM * loadMost(priority, reserve)) return before
    return { ...before, [priority]: Math.min(1, before[priority] + STEP) }
  }
  return before
}

function loadMost(priority: Priority, reserve: number): number {
  return priority === 'critical' ? 1 : Math.min(OTHERS_MOST, 1 - reserve)
}

function cut(share: number, by: number, least: number): number {
  const next = share * Math.min(CUT_LEAST, Math.max(CUT_MOST, by))
  return next < Math.max(LEAST, least) ? least : next
}
