import type { Clock, Observer } from '../../base/index.ts'
import type { Admissions } from './admissions.ts'
import { classifyCall } from './classify/call.ts'
import type { ConcurrencyLimit } from './concurrency-limit.ts'
import { CallTimeoutError, RefusedError } from './errors.ts'
import type { BreakerEvent } from './events.ts'
import { type Fallback, fallBack } from './fallback.ts'
import type { Ending, Gate, Permit } from './gate.ts'
import type { BreakerRules } from './options.ts'
import { type RetryRules, retry } from './retry.ts'
import type { RetryBudget } from './retry-budget.ts'
import { type Call, timedCall } from './timed-call.ts'

/** How one call is made. Everything is optional, and what is not asked for costs nothing. */
export interface RunOptions<T> {
  /**
   * Answers when the call was refused, failed or said nothing; not when it was answered with an error of the caller's own
   * making, and not when the caller has gone. When it fails too, the reason is thrown.
   */
  readonly fallback?: Fallback<T>
  /** Longest a fallback may take, in milliseconds; then the reason is thrown. Default 1_000. */
  readonly fallbackTimeoutMs?: number
  /** What an error says about what was called. Default: everything but an abort is a failure. */
  readonly classify?: (error: unknown) => Ending
  /** Longest one try may take, in milliseconds; then ST507. Default: no limit. */
  readonly timeoutMs?: number
  /** When all of it is over, with waiting and repeating, on the breaker's clock. Default: never. */
  readonly deadline?: number
  /** The caller has gone: it rejects with the signal's reason, and nothing is learned from it. */
  readonly signal?: AbortSignal
  /** When to try again. Default: never. */
  readonly retry?: RetryRules & { readonly budget?: RetryBudget }
  /** Each try passes it before the breaker. Default: none. */
  readonly limit?: ConcurrencyLimit
}

export interface RunSetup {
  readonly name: string
  readonly rules: BreakerRules
  readonly clock: Clock
  readonly random: () => number
  readonly observe: Observer<BreakerEvent>
  readonly gate: Gate
  readonly admissions: Admissions
  /** Of all calls of this breaker that do not bring their own. */
  readonly budget: RetryBudget
}

export type Run = <T>(call: Call<T>, options?: RunOptions<T>) => Promise<T>

const FALLBACK_TIMEOUT_MS = 1_000

/** Fallback around retry around limit around breaker around the call: each try passes the last three by itself. */
export function createRun(setup: RunSetup): Run {
  const { name, rules, clock, random, observe, gate, admissions } = setup
  const measures = rules.slowAfterMs > 0

  /** Without options: as little as it takes. */
  function runPlain<T>(call: Call<T>): Promise<T> {
    const refusal = admissions.ask()
    return refusal === undefined ? admitted(call, gate.admit()) : rejectSoon(refusal)
  }

  async function admitted<T>(call: Call<T>, permit: Permit): Promise<T> {
    const startedAt = measures ? clock.now() : 0
    let answer: T
    try {
      answer = await call(undefined)
    } catch (error) {
      gate.leave(permit, classifyCall(error), measures ? clock.now() - startedAt : 0)
      throw error
    }
    gate.leave(permit, 'success', measures ? clock.now() - startedAt : 0)
    return answer
  }

  async function runWith<T>(call: Call<T>, options: RunOptions<T>): Promise<T> {
    const { fallback, fallbackTimeoutMs = FALLBACK_TIMEOUT_MS, deadline } = options
    try {
      return await repeated(call, options)
    } catch (error) {
      if (fallback === undefined || !isMadeUpFor(error, options)) throw error
      const leftMs = (deadline ?? Number.POSITIVE_INFINITY) - clock.now()
      const timeoutMs = Math.max(0, Math.min(fallbackTimeoutMs, leftMs))
      const onFailure = (failure: unknown) =>
        observe({ kind: 'breaker.fallback-failed', name, error: failure })
      return fallBack(fallback, error, { name, clock, timeoutMs, onFailure })
    }
  }

  function repeated<T>(call: Call<T>, options: RunOptions<T>): Promise<T> {
    const { retry: rules, deadline, signal } = options
    if (rules === undefined) return attempt(call, options)
    const policy = { budget: setup.budget, ...rules, deadline, signal, clock, random }
    return retry(() => attempt(call, options), policy)
  }

  async function attempt<T>(call: Call<T>, options: RunOptions<T>): Promise<T> {
    const { limit } = options
    limit?.enter()
    let startedAt = clock.now()
    let ending: Ending = 'neutral'
    try {
      const permit = await admissions.enterSoon(options)
      startedAt = clock.now()
      try {
        const answer = await limited(call, options, startedAt)
        ending = 'success'
        return answer
      } catch (error) {
        ending = endingOf(error, options)
        throw error
      } finally {
        gate.leave(permit, ending, clock.now() - startedAt)
      }
    } finally {
      limit?.leave(ending, clock.now() - startedAt)
    }
  }

  function limited<T>(call: Call<T>, options: RunOptions<T>, now: number): Promise<T> {
    const { signal, deadline = Number.POSITIVE_INFINITY } = options
    const leftMs = Math.min(options.timeoutMs ?? Number.POSITIVE_INFINITY, deadline - now)
    const timeoutMs = Number.isFinite(leftMs) ? leftMs : undefined
    if (timeoutMs === undefined && signal === undefined) return call(undefined)
    const onTimeout = (ms: number) => new CallTimeoutError(name, ms)
    return timedCall(call, { clock, timeoutMs, signal, onTimeout })
  }

  return (call, options) => (options === undefined ? runPlain(call) : runWith(call, options))
}

function endingOf<T>(error: unknown, { classify = classifyCall, signal }: RunOptions<T>): Ending {
  return signal?.aborted === true ? 'neutral' : classify(error)
}

function isMadeUpFor<T>(error: unknown, options: RunOptions<T>): boolean {
  if (options.signal?.aborted === true) return false
  return error instanceof RefusedError || endingOf(error, options) !== 'success'
}

/** With a promise that is rejected before anybody can look at it, Node keeps a record of who never did: that costs more. */
function rejectSoon(error: Error): Promise<never> {
  return new Promise((_resolve, reject) => queueMicrotask(() => reject(error)))
}
