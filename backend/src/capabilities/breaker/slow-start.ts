import type { Clock } from '../../base/index.ts'
import type { BreakerRules } from './options.ts'

/** One step of a slow start: so many calls at a time, and what it has seen so far. */
export interface Step {
  readonly limit: number
  readonly endsAt: number
  readonly successes: number
  readonly failures: number
  /** Calls that would have come and could not. */
  readonly heldBack: number
}

/** Above this many at the same time there is nothing left to protect. */
const LIMIT_MAX = 4_096

export function firstStep(limit: number, rules: BreakerRules, now: number): Step {
  return { limit, endsAt: now + rules.slowStartStepMs, successes: 0, failures: 0, heldBack: 0 }
}

/**
 * What follows when a step is over: twice as many after one with successes and no failure, and undefined, which is no limit,
 * after one that held nobody back. Where nothing was learned, or something failed, the same again.
 */
export function afterStep(step: Step, rules: BreakerRules, now: number): Step | undefined {
  if (now < step.endsAt) return step
  const isHealthy = step.failures === 0 && step.successes > 0
  if (!isHealthy) return firstStep(step.limit, rules, now)
  const limit = step.limit * 2
  return step.heldBack === 0 || limit > LIMIT_MAX ? undefined : firstStep(limit, rules, now)
}

/**
 * How many calls may run at the same time just after closing. A server that comes back has cold caches, and everybody who
 * waited for it comes at once.
 */
export interface SlowStart {
  begin(): void
  end(): void
  isOn(): boolean
  /** Infinite when it is off. */
  limit(): number
  /** Time until the limit is looked at again. */
  nextStepInMs(): number
  ended(isFailure: boolean): void
  holdBack(): void
}

export function createSlowStart(rules: BreakerRules, clock: Clock): SlowStart {
  let step: Step | undefined
  return {
    begin() {
      const from = rules.slowStartFrom
      step = from === 0 ? undefined : firstStep(from, rules, clock.now())
    },
    end() {
      step = undefined
    },
    isOn: () => step !== undefined,
    limit() {
      step = step && afterStep(step, rules, clock.now())
      return step?.limit ?? Number.POSITIVE_INFINITY
    },
    nextStepInMs: () => (step === undefined ? 0 : step.endsAt - clock.now()),
    ended(isFailure) {
      if (step === undefined) return
      const { failures, successes } = step
      step = isFailure ? { ...step, failures: failures + 1 } : { ...step, successes: successes + 1 }
    },
    holdBack() {
      if (step !== undefined) step = { ...step, heldBack: step.heldBack + 1 }
    },
  }
}
