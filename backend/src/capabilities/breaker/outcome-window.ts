import type { BreakerRules } from './options.ts'

/** How the last calls ended, in numbers. Recording allocates nothing. */
export interface OutcomeWindow {
  record(isFailure: boolean, isSlow: boolean): void
  /** What is in it now. */
  counts(): OutcomeCounts
  clear(): void
}

export interface OutcomeCounts {
  readonly calls: number
  readonly failures: number
  readonly slow: number
}

export function createOutcomeWindow(rules: BreakerRules, now: () => number): OutcomeWindow {
  return rules.window === 'time'
    ? createTimeWindow(rules.windowMs, now)
    : createCallsWindow(rules.windowCalls)
}

const SLICES = 10
const FIELDS = 3

/** Counts in slices of time, which are dropped one by one. */
export function createTimeWindow(windowMs: number, now: () => number): OutcomeWindow {
  const sliceMs = windowMs / SLICES
  const cells = new Float64Array(SLICES * FIELDS)
  let turnsAt = now() + sliceMs
  let current = 0

  /** Empties the slices whose time has passed. */
  function turn(at: number): void {
    const passed = Math.floor((at - turnsAt) / sliceMs) + 1
    turnsAt += passed * sliceMs
    for (let step = Math.min(passed, SLICES); step > 0; step--) {
      current = (current + 1) % SLICES
      cells.fill(0, current * FIELDS, (current + 1) * FIELDS)
    }
  }

  function add(cell: number): void {
    cells[cell] = (cells[cell] as number) + 1
  }

  function sum(field: number): number {
    let total = 0
    for (let cell = field; cell < cells.length; cell += FIELDS) total += cells[cell] as number
    return total
  }

  return {
    record(isFailure, isSlow) {
      const at = now()
      if (at >= turnsAt) turn(at)
      const cell = current * FIELDS
      add(cell)
      if (isFailure) add(cell + 1)
      if (isSlow) add(cell + 2)
    },
    counts() {
      const at = now()
      if (at >= turnsAt) turn(at)
      return { calls: sum(0), failures: sum(1), slow: sum(2) }
    },
    clear: () => void cells.fill(0),
  }
}

const FAILED = 1
const SLOW = 2

/** Remembers the last so many calls, one byte each. */
export function createCallsWindow(size: number): OutcomeWindow {
  const ring = new Uint8Array(size)
  let next = 0
  let calls = 0
  let failures = 0
  let slow = 0

  function count(what: number, by: number): void {
    if ((what & FAILED) !== 0) failures += by
    if ((what & SLOW) !== 0) slow += by
  }

  return {
    record(isFailure, isSlow) {
      if (calls === size) count(ring[next] as number, -1)
      else calls++
      const what = (isFailure ? FAILED : 0) | (isSlow ? SLOW : 0)
      ring[next] = what
      count(what, 1)
      next = next + 1 === size ? 0 : next + 1
    },
    counts: () => ({ calls, failures, slow }),
    clear() {
      next = calls = failures = slow = 0
    },
  }
}
