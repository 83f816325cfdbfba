import type { Clock } from '../../base/index.ts'

/**
 * How many calls may be repeated. One budget for everything that calls the same dependency: repeats must not grow with
 * the trouble that causes them.
 */
export interface RetryBudget {
  /** A call is made for the first time. */
  deposit(): void
  /** Whether one more repeat may be made; counts it when it may. */
  withdraw(): boolean
  /** Repeats that could be made now. */
  readonly balance: number
}

export interface RetryBudgetSetup {
  readonly clock: Pick<Clock, 'now'>
  /** Repeats for each call, from 0 to 1. Default 0.2. */
  readonly ratio?: number
  /** Repeats a second that are allowed however few the calls are. Default 10. */
  readonly perSecondMin?: number
  /** What was not used after this time is lost, in milliseconds. Default 10_000. */
  readonly windowMs?: number
}

const SLICES = 10

/** A leaky bucket of tokens, as Finagle's RetryBudget: deposits and withdrawals are both forgotten after `windowMs`. */
export function createRetryBudget(setup: RetryBudgetSetup): RetryBudget {
  const { clock, ratio = 0.2, perSecondMin = 10, windowMs = 10_000 } = setup
  const sliceMs = windowMs / SLICES
  const reserve = (perSecondMin * windowMs) / 1_000
  const slices = new Float64Array(SLICES)
  let current = Math.floor(clock.now() / sliceMs)

  function add(amount: number): void {
    turn()
    const index = current % SLICES
    slices[index] = (slices[index] as number) + amount
  }

  /** Empties the slices whose time has passed. */
  function turn(): void {
    const at = Math.floor(clock.now() / sliceMs)
    for (let gone = Math.max(current + 1, at - SLICES + 1); gone <= at; gone++) {
      slices[gone % SLICES] = 0
    }
    current = at
  }

  function balance(): number {
    turn()
    return slices.reduce((sum, amount) => sum + amount, reserve)
  }

  return {
    deposit: () => add(ratio),
    withdraw() {
      if (balance() < 1 - ROUNDING) return false
      add(-1)
      return true
    },
    get balance() {
      return Math.max(0, Math.floor(balance() + ROUNDING))
    },
  }
}

/** Five fifths are one. */
const ROUNDING = 1e-6
