import type { ConcurrencyLimitRules } from './concurrency-limit-options.ts'

/** What was measured in one stretch of time. */
export interface LimitSample {
  readonly meanMs: number
  /** Most that ran at the same time. */
  readonly runningMax: number
  /** Share of failures, from 0 to 1. */
  readonly failureRatio: number
}

export interface LimitState {
  readonly limit: number
  /** What calls usually take: a slow mean. Undefined until something was measured. */
  readonly usualMs: number | undefined
}

/** Samples that the usual duration is a mean of. */
const USUAL_SAMPLES = 60
/** Too large a share of failures, and what becomes of the limit then. */
const FAILURE_RATIO_MAX = 0.1
const BACK_OFF = 0.9
/** A limit is never more than halved by one sample. */
const GRADIENT_MIN = 0.5

/**
 * The Gradient2 algorithm of Netflix's concurrency-limits: the limit follows usual ÷ present duration, and leaves room for a
 * queue of its square root, by which it finds out whether more would do. Where the callers, not the limit, are what keeps the
 * number small, it stays.
 */
export function afterSample(
  state: LimitState,
  sample: LimitSample,
  rules: ConcurrencyLimitRules,
): LimitState {
  const usualMs = usualAfter(state.usualMs, sample.meanMs)
  if (sample.failureRatio > FAILURE_RATIO_MAX) {
    return { usualMs, limit: bounded(state.limit * BACK_OFF, rules) }
  }
  if (sample.runningMax < state.limit / 2) return { usualMs, limit: state.limit }
  const gradient = (rules.tolerance * usualMs) / Math.max(sample.meanMs, 1e-6)
  const aim = state.limit * Math.min(1, Math.max(GRADIENT_MIN, gradient)) + Math.sqrt(state.limit)
  const limit = state.limit * (1 - rules.smoothing) + aim * rules.smoothing
  return { usualMs, limit: bounded(limit, rules) }
}

/** After a long spell of slow calls the mean is too high; it comes down faster than it goes up. */
function usualAfter(usualMs: number | undefined, meanMs: number): number {
  if (usualMs === undefined) return meanMs
  const next = usualMs + (meanMs - usualMs) / USUAL_SAMPLES
  return next > 2 * meanMs ? next * 0.95 : next
}

/** Between the least and the most. */
export function bounded(limit: number, { limitMin, limitMax }: ConcurrencyLimitRules): number {
  return Math.min(limitMax, Math.max(limitMin, limit))
}
