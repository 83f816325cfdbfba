import { type Clock, ignoreEvents, type Observer, option, systemClock } from '../../base/index.ts'
import { createAdmissions, type Wait } from './admissions.ts'
import type { BreakerEvent } from './events.ts'
import { createGate, type Ending, type Permit } from './gate.ts'
import { createHistory, type WatchedTransition } from './history.ts'
import { BREAKER_CHECKS, BREAKER_DEFAULTS, type BreakerOptions } from './options.ts'
import { createRetryBudget } from './retry-budget.ts'
import { createRun, type RunOptions } from './run.ts'
import { type BreakerStatus, type StatusParts, statusOf } from './status.ts'
import { createThrottle } from './throttle.ts'
import type { Call } from './timed-call.ts'

/** Stands before something that can fail, and spares it calls that it could not answer. */
export interface Breaker {
  readonly name: string
  /** Whether a call would be let in now. */
  readonly isAdmitting: boolean
  /**
   * Lets a call in, or throws a `RefusedError`: ST501 while it rests or all trials are running, ST504 in a slow start, ST505
   * when throttled. Who is let in has to `leave`, once.
   */
  enter(): Permit
  /** As `enter`, but waits for its turn in a slow start where `queueMax` lets it; a promise only then. */
  enterSoon(wait?: Wait): Permit | Promise<Permit>
  /**
   * A call that was let in has ended. Nothing is learned from one that began before the last change of state. `durationMs`
   * is looked at only where `slowAfterMs` is set.
   */
  leave(permit: Permit, ending: Ending, durationMs: number): void
  /**
   * Makes the call, and all that is asked for around it. Rejects with the call's own error, with what `enter` throws, with
   * ST506 from its limit or ST507 when its time is over.
   */
  run<T>(call: Call<T>, options?: RunOptions<T>): Promise<T>
  /** Refuses everything until `release`. The reason is for people. */
  isolate(reason: string): void
  /** Closes it, whatever it was; it starts slowly. */
  release(): void
  /** Opens it for `openForMs` as its own rules would. Does nothing while it is open or isolated. */
  open(details: string, reason?: 'opened-by-hand' | 'quorum'): void
  /** While it is open: the next trial may pass so many milliseconds from now. */
  probeIn(delayMs: number): void
  /** Hears of each change of state after it was made. The returned function ends that. */
  watch(listener: Observer<WatchedTransition>): () => void
  status(): BreakerStatus
}

export interface BreakerSetup extends BreakerOptions {
  /** Default: the machine's. Only its monotonic time decides anything. */
  readonly clock?: Clock
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: () => number
  readonly observe?: Observer<BreakerEvent>
}

/** A breaker by itself. Throws ST001 for wrong options. */
export function createBreaker(name: string, setup: BreakerSetup = {}): Breaker {
  return new ComposedBreaker(name, setup)
}

/** A class only because of its getter: see `Gate`. */
class ComposedBreaker implements Breaker {
  readonly name: string
  readonly enter: Breaker['enter']
  readonly enterSoon: Breaker['enterSoon']
  readonly leave: Breaker['leave']
  readonly run: Breaker['run']
  readonly isolate: Breaker['isolate']
  readonly release: Breaker['release']
  readonly probeIn: Breaker['probeIn']
  readonly watch: Breaker['watch']
  readonly #parts: StatusParts

  constructor(name: string, setup: BreakerSetup) {
    const { clock = systemClock, random = Math.random, observe = ignoreEvents, ...options } = setup
    const rules = option.settled('breaker', options, BREAKER_CHECKS, BREAKER_DEFAULTS)
    const history = createHistory(name, clock, observe)
    const throttle = rules.throttle ? createThrottle({ clock, random }) : undefined
    const onRoom = (): void => admissions.review()
    const gate = createGate({ rules, clock, random, history, throttle, onRoom })
    const admissions = createAdmissions({ name, rules, clock, gate })
    const budget = createRetryBudget({ clock })
    this.#parts = { name, clock, gate, history, admissions, throttle }
    this.name = name
    this.enter = admissions.enter
    this.enterSoon = admissions.enterSoon
    this.leave = gate.leave
    this.run = createRun({ name, rules, clock, random, observe, gate, admissions, budget })
    this.isolate = gate.isolate
    this.release = gate.release
    this.probeIn = gate.probeIn
    this.watch = history.watch
  }

  get isAdmitting(): boolean {
    return this.#parts.gate.isAdmitting()
  }

  open(details: string, reason: 'opened-by-hand' | 'quorum' = 'opened-by-hand'): void {
    this.#parts.gate.open(reason, details)
  }

  status(): BreakerStatus {
    return statusOf(this.#parts)
  }
}
