import { type Clock, option, systemClock } from '../../base/index.ts'
import {
  CONCURRENCY_LIMIT_CHECKS,
  CONCURRENCY_LIMIT_DEFAULTS,
  type ConcurrencyLimitOptions,
} from './concurrency-limit-options.ts'
import { ConcurrencyLimitError, withoutStack } from './errors.ts'
import type { Ending } from './gate.ts'
import { afterSample, bounded, type LimitState } from './gradient.ts'

export interface ConcurrencyLimit {
  /** Throws ST506 when as many run as may. */
  enter(): void
  /** A call that came in has ended. What is `neutral` is not measured. */
  leave(ending: Ending, durationMs: number): void
  readonly limit: number
  readonly running: number
}

export interface ConcurrencyLimitSetup extends ConcurrencyLimitOptions {
  /** Default: the machine's. */
  readonly clock?: Clock
}

/** Fewer calls than this are no sample. */
const SAMPLE_CALLS_MIN = 10

/** A limit that is set by measuring. Throws ST001 for wrong options. */
export function createConcurrencyLimit(
  name: string,
  { clock = systemClock, ...options }: ConcurrencyLimitSetup = {},
): ConcurrencyLimit {
  const rules = option.settled(
    'breaker.limit',
    options,
    CONCURRENCY_LIMIT_CHECKS,
    CONCURRENCY_LIMIT_DEFAULTS,
  )
  let state: LimitState = { limit: bounded(rules.limitStart, rules), usualMs: undefined }
  let running = 0
  let calls = 0
  let sumMs = 0
  let runningMax = 0
  let failures = 0
  let endsAt = clock.now() + rules.sampleMs

  function measure(): void {
    if (calls < SAMPLE_CALLS_MIN || clock.now() < endsAt) return
    const sample = { meanMs: sumMs / calls, runningMax, failureRatio: failures / calls }
    state = afterSample(state, sample, rules)
    calls = sumMs = failures = 0
    runningMax = running
    endsAt = clock.now() + rules.sampleMs
  }

  return {
    enter() {
      if (running >= Math.floor(state.limit)) {
        throw withoutStack(() => new ConcurrencyLimitError(name))
      }
      running++
      if (running > runningMax) runningMax = running
    },
    leave(ending, durationMs) {
      running--
      if (ending === 'neutral') return
      calls++
      sumMs += durationMs
      if (ending === 'failure') failures++
      measure()
    },
    get limit() {
      return Math.floor(state.limit)
    },
    get running() {
      return running
    },
  }
}
