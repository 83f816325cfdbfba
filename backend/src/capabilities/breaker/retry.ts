import { type Clock, systemClock } from '../../base/index.ts'
import { RefusedError } from './errors.ts'
import { pause } from './pause.ts'
import type { RetryBudget } from './retry-budget.ts'

/** When a call is made again. */
export interface RetryRules {
  /**
   * Whether the same call may be made again after this error: it did nothing, or doing it twice is the same as once. Only the
   * caller can know, so there is no default.
   */
  readonly isSafe: (error: unknown) => boolean
  /** Calls at most, the first one included. Default 3. */
  readonly triesMax?: number
  /** The first pause is anything up to this, in milliseconds, and each further one up to twice as long. Default 50. */
  readonly pauseMs?: number
  /** No pause is longer, in milliseconds. Default 1_000. */
  readonly pauseMsMax?: number
}

export interface RetryPolicy extends RetryRules {
  /** Shared by all calls of the same dependency. Undefined: repeats are not limited. */
  readonly budget?: RetryBudget | undefined
  /** On the clock: no pause that ends later is begun. */
  readonly deadline?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Default: the machine's. */
  readonly clock?: Clock
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: () => number
}

const TRIES_MAX = 3
const PAUSE_MS = 50
const PAUSE_MS_MAX = 1_000

/**
 * Calls until it succeeds, as long as it may, and throws the last error otherwise. A refusal by a breaker or a limit is not
 * repeated: the error before it is thrown, or itself when it came first. When the caller goes away in a pause, it rejects with
 * the signal's reason.
 */
export async function retry<T>(
  call: (attempt: number) => Promise<T>,
  policy: RetryPolicy,
): Promise<T> {
  policy.budget?.deposit()
  let last: unknown
  for (let attempt = 1; ; attempt++) {
    try {
      return await call(attempt)
    } catch (error) {
      if (error instanceof RefusedError) throw attempt === 1 ? error : last
      last = error
      const pauseMs = pauseAfter(attempt, error, policy)
      if (pauseMs === undefined) throw error
      await pause(policy.clock ?? systemClock, pauseMs, policy.signal)
    }
  }
}

/** How long to wait before the next try; undefined when there is none. The budget is asked last: it counts. */
function pauseAfter(attempt: number, error: unknown, policy: RetryPolicy): number | undefined {
  const { triesMax = TRIES_MAX, isSafe, signal, deadline, budget } = policy
  const { clock = systemClock } = policy
  if (attempt >= triesMax || signal?.aborted === true || !isSafe(error)) return undefined
  const pauseMs = backoffMs(attempt, policy)
  if (deadline !== undefined && clock.now() + pauseMs >= deadline) return undefined
  return budget === undefined || budget.withdraw() ? pauseMs : undefined
}

/** Full jitter: anything from nothing to the bound (Brooker, Exponential Backoff And Jitter, AWS 2015). */
export function backoffMs(
  attempt: number,
  policy: Pick<RetryPolicy, 'pauseMs' | 'pauseMsMax' | 'random'>,
): number {
  const { pauseMs = PAUSE_MS, pauseMsMax = PAUSE_MS_MAX, random = Math.random } = policy
  return random() * Math.min(pauseMsMax, pauseMs * 2 ** (attempt - 1))
}
