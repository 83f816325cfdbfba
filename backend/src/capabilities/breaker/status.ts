import type { Clock } from '../../base/index.ts'
import type { Admissions } from './admissions.ts'
import type { Transition } from './events.ts'
import type { Gate } from './gate.ts'
import type { History } from './history.ts'
import type { OutcomeCounts } from './outcome-window.ts'
import type { StateKind } from './state.ts'
import type { Throttle } from './throttle.ts'

/** A breaker as it is now, for people and metrics. Moments are in milliseconds since 1970. */
export interface BreakerStatus {
  readonly name: string
  readonly state: StateKind
  readonly since: number
  /** When the next trial may pass, while it is open. */
  readonly nextProbeAt: number | undefined
  readonly isAdmitting: boolean
  /** Calls let in in this state that have not ended: permits that are out. */
  readonly running: number
  /** Calls of `run` that wait for their turn in a slow start. */
  readonly waiting: number
  readonly failuresInARow: number
  /** Good trials so far, while it is half-open. */
  readonly successesInARow: number
  readonly window: OutcomeCounts & {
    /** From 0 to 1; undefined when there were no calls. */
    readonly failureRatio: number | undefined
    readonly slowRatio: number | undefined
  }
  /** Calls that may run at the same time, in a slow start. */
  readonly slowStartLimit: number | undefined
  /** Chance of a call to be throttled, from 0 to 1. */
  readonly dropRatio: number
  readonly isolatedWhy: string | undefined
  /** Since the start: how often it opened, calls refused, calls that ended too late to mean anything. */
  readonly openings: number
  readonly refused: number
  readonly late: number
  /** The last 50, the newest last. */
  readonly transitions: readonly Transition[]
}

export interface StatusParts {
  readonly name: string
  readonly clock: Clock
  readonly gate: Gate
  readonly history: History
  readonly admissions: Admissions
  readonly throttle: Throttle | undefined
}

export function statusOf(parts: StatusParts): BreakerStatus {
  const { name, clock, gate, history, admissions, throttle } = parts
  const { state, running, counts, slowStartLimit, late } = gate.view()
  const restMs = state.kind === 'open' ? state.until - clock.now() : undefined
  return {
    name,
    state: state.kind,
    since: history.since,
    nextProbeAt: restMs === undefined ? undefined : Math.round(clock.epochMs() + restMs),
    isAdmitting: gate.isAdmitting(),
    running,
    waiting: admissions.waiting(),
    failuresInARow: state.kind === 'closed' ? state.failures : 0,
    successesInARow: state.kind === 'half-open' ? state.successes : 0,
    window: {
      ...counts,
      failureRatio: ratio(counts.failures, counts.calls),
      slowRatio: ratio(counts.slow, counts.calls),
    },
    slowStartLimit: Number.isFinite(slowStartLimit) ? slowStartLimit : undefined,
    dropRatio: throttle?.dropRatio() ?? 0,
    isolatedWhy: gate.isolatedWhy(),
    openings: history.openings,
    refused: admissions.refused(),
    late,
    transitions: history.transitions,
  }
}

function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole
}
