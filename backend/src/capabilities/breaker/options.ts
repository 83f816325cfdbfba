import { option } from '../../base/index.ts'

const DAY_MS = 86_400_000

/**
 * When a breaker opens, how long it rests, and how it comes back. With the defaults the rule is: five failures in a row
 * open it, a minute later one trial call at a time passes, two good ones close it.
 */
export interface BreakerOptions {
  /** Failures in a row that open the breaker. Default 5. */
  failuresToOpen?: number
  /** Good trials in a row that close it again. Default 2. */
  successesToClose?: number
  /** Time from opening to the first trial, in milliseconds. Default 60_000. */
  openForMs?: number
  /**
   * From the second opening in a row that time doubles, and is spread, up to this many milliseconds. The first is always
   * `openForMs`, and so is every one where this is not larger. Default 0.
   */
  openForMsMax?: number
  /** Closed for this long, in milliseconds, the next opening counts as the first again. Default 3_600_000. */
  healthyAfterMs?: number
  /** Trial calls that may run at the same time. Default 1. */
  trialsMax?: number
  /** A trial that has not ended after this time, in milliseconds, has failed. Default 60_000. */
  trialTimeoutMs?: number
  /** What the shares below look at: the last so many `calls`, or the calls of a `time`. Default `calls`. */
  window?: 'calls' | 'time'
  /** That number of calls. Default 100. */
  windowCalls?: number
  /** That time, in milliseconds; it is forgotten a tenth at a time. Default 10_000. */
  windowMs?: number
  /** Fewer calls in the window say nothing about shares. Default 20. */
  callsMin?: number
  /** Share of failures, from 0 to 1, that opens the breaker; 0: none does. Default 0.5. */
  failureRatio?: number
  /** A call of this duration or more counts as slow, in milliseconds; 0: none does. Default 0. */
  slowAfterMs?: number
  /** Share of slow calls, from 0 to 1, that opens the breaker. Default 0.8. */
  slowRatio?: number
  /** Calls that may run at the same time just after closing; 0: any number. Default 2. */
  slowStartFrom?: number
  /** That number doubles after so many milliseconds without a failure. Default 300. */
  slowStartStepMs?: number
  /** Calls of `run` that may wait for their turn while the breaker starts slowly; more are refused. Default 0. */
  queueMax?: number
  /** Longest such wait, in milliseconds. Default 1_000. */
  queueForMs?: number
  /**
   * Longest time that a refused caller is told to wait, in milliseconds: less than `openForMs` where something else than time
   * may end the rest. Default 3_600_000.
   */
  retryAfterMsMax?: number
  /** Refuse a growing share of the calls before it opens, as failures grow. Default false. */
  throttle?: boolean
}
export type BreakerRules = Readonly<Required<BreakerOptions>>
export const BREAKER_DEFAULTS: BreakerRules = Object.freeze({
  failuresToOpen: 5,
  successesToClose: 2,
  openForMs: 60_000,
  openForMsMax: 0,
  healthyAfterMs: 3_600_000,
  trialsMax: 1,
  trialTimeoutMs: 60_000,
  window: 'calls',
  windowCalls: 100,
  windowMs: 10_000,
  callsMin: 20,
  failureRatio: 0.5,
  slowAfterMs: 0,
  slowRatio: 0.8,
  slowStartFrom: 2,
  slowStartStepMs: 300,
  queueMax: 0,
  queueForMs: 1_000,
  retryAfterMsMax: 3_600_000,
  throttle: false,
})
export const BREAKER_CHECKS: option.Checks<BreakerOptions> = Object.freeze({
  failuresToOpen: option.integer({ min: 1, max: 1_000_000 }),
  successesToClose: option.integer({ min: 1, max: 1_000_000 }),
  openForMs: option.duration({ min: 1, max: DAY_MS }),
  openForMsMax: option.duration({ min: 0, max: DAY_MS }),
  healthyAfterMs: option.duration({ min: 0, max: 30 * DAY_MS }),
  trialsMax: option.integer({ min: 1, max: 1_000_000 }),
  trialTimeoutMs: option.duration({ min: 1, max: DAY_MS }),
  window: option.oneOf('calls', 'time'),
  windowCalls: option.integer({ min: 1, max: 100_000 }),
  windowMs: option.duration({ min: 100, max: 3_600_000 }),
  callsMin: option.integer({ min: 1, max: 1_000_000 }),
  failureRatio: option.number({ min: 0, max: 1 }),
  slowAfterMs: option.duration({ min: 0, max: DAY_MS }),
  slowRatio: option.number({ min: 0.001, max: 1 }),
  slowStartFrom: option.integer({ min: 0, max: 1_000_000 }),
  slowStartStepMs: option.duration({ min: 1, max: DAY_MS }),
  queueMax: option.integer({ min: 0, max: 1_000_000 }),
  queueForMs: option.duration({ min: 1, max: 3_600_000 }),
  retryAfterMsMax: option.duration({ min: 1, max: DAY_MS }),
  throttle: option.flag(),
})
