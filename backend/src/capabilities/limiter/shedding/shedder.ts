import type { Clock, Observer } from '../../../base/index.ts'
import type { LimiterEvent } from '../events.ts'
import type { Priority, Refusal } from '../types.ts'
import { type Admission, afterStep, EVERYBODY } from './admission.ts'
import { FairShare } from './fair-share.ts'
import { type Load, type LoadReason, loadOf, type LoadSignal, type LoadTargets } from './load.ts'

/** The load is looked at this often. */
const STEP_MS = 100
/** After a long silence so many steps are made up for. */
const STEPS_MAX = 100
/** Who was refused should come back when there may be room again: after so long at least, spread over as much again. */
const RETRY_MS = 1_000

export interface ShedderSetup extends LoadTargets {
  /** Share of what can be served that is kept for the critical, from 0 to 1. */
  readonly criticalReserve: number
  /** Asked at most every 100 ms. Must not throw. */
  readonly load: () => LoadSignal
  /** What a tenant counts for among others, when there is not room for all. Default: 1 each. */
  readonly weightOf?: ((tenant: string) => number) | undefined
  readonly clock: Clock
  /** From 0 to 1, for spreading those who come back. */
  readonly random: () => number
  readonly observe: Observer<LimiterEvent>
}

export interface SheddingReport {
  /** 1: as much as may be. */
  readonly level: number
  /** What is highest. */
  readonly reason: LoadReason
  /** What share of each class is let in, from 0 to 1. */
  readonly admission: Admission
  readonly shed: Readonly<Record<Priority, number>>
}

/** Refuses the less important while there is not room for all. */
export interface Shedder {
  /** A request of this class has come, of this tenant or user. Undefined: there is room for it. */
  shed(priority: Priority, tenant?: string): Refusal | undefined
  report(): SheddingReport
}

export function createShedder(setup: ShedderSetup): Shedder {
  return new AdmissionShedder(setup)
}

class AdmissionShedder implements Shedder {
  readonly #setup: ShedderSetup
  readonly #tenants: Readonly<Record<Priority, FairShare>>
  readonly #shed = { critical: 0, normal: 0, low: 0 }
  #admission = EVERYBODY
  #load: Load = { level: 0, reason: 'pool-wait' }
  #nextAt: number

  constructor(setup: ShedderSetup) {
    const { weightOf = () => 1, clock } = setup
    this.#setup = setup
    const fair = () => new FairShare(weightOf)
    this.#tenants = { critical: fair(), normal: fair(), low: fair() }
    this.#nextAt = clock.now() + STEP_MS
  }

  shed(priority: Priority, tenant?: string): Refusal | undefined {
    const now = this.#setup.clock.now()
    if (now >= this.#nextAt) this.#step(now)
    const share = this.#admission[priority]
    if (share === 1 || this.#tenants[priority].take(tenant, share)) return undefined
    this.#shed[priority]++
    return this.#refusal(priority, share)
  }

  #step(now: number): void {
    const { load, criticalReserve, observe } = this.#setup
    const before = this.#admission
    const levelBefore = this.#load.level
    this.#load = loadOf(load(), this.#setup)
    const steps = Math.min(STEPS_MAX, 1 + Math.floor((now - this.#nextAt) / STEP_MS))
    this.#nextAt = now + STEP_MS
    const { level } = this.#load
    this.#admission = afterStep(before, level, levelBefore, criticalReserve)
    // Nobody came meanwhile, so nothing speaks against more; but what is too much now is one reason to cut, not many.
    for (let n = 1; n < steps && rises(before, this.#admission); n++) {
      this.#admission = afterStep(this.#admission, level, level, criticalReserve)
    }
    for (const priority of PRIORITIES) {
      if (this.#admission[priority] < 1) this.#tenants[priority].step(this.#admission[priority])
    }
    if (isShedding(before) !== isShedding(this.#admission)) {
      observe({ kind: 'limiter.shedding', isShedding: !isShedding(before), ...this.#load })
    }
  }

  #refusal(priority: Priority, share: number): Refusal {
    const { random } = this.#setup
    const { level, reason } = this.#load
    const retryAfterMs = Math.ceil(RETRY_MS * (1 + (1 - share) * 2) * (1 + random()))
    return {
      rule: priority,
      code: 'ST402',
      status: 503,
      retryAfterMs,
      message: 'The server has more to do than it can',
      details:
        `Of requests of class '${priority}' ${Math.round(share * 100)} % are let in, ` +
        `as ${REASONS[reason]} (${Math.round(level * 100)} % of what it may be).`,
    }
  }

  report(): SheddingReport {
    return { ...this.#load, admission: this.#admission, shed: { ...this.#shed } }
  }
}

const PRIORITIES = ['critical', 'normal', 'low'] as const

const REASONS: Readonly<Record<LoadReason, string>> = {
  'pool-wait': 'requests wait for a connection to the database',
  'event-loop-lag': 'the process is busy',
  'breaker-open': 'the database rests after failures',
}

function isShedding({ critical, normal, low }: Admission): boolean {
  return critical < 1 || normal < 1 || low < 1
}

function rises(before: Admission, after: Admission): boolean {
  return PRIORITIES.some(priority => after[priority] > before[priority])
}
