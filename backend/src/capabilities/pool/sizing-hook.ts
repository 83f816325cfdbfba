import type { Observer } from '../../base/index.ts'
import type { PoolEvent } from './events.ts'
import type { Meter } from './meter.ts'
import type { Sizer, SizingDecision } from './sizing/sizing.ts'

const DECISIONS_KEPT = 50

/** The pool at this moment. */
export interface PoolMoment {
  readonly now: number
  readonly size: number
  readonly busy: number
  readonly waiting: number
  readonly oldestWaitMs: number
  readonly limit: number
  /** Connections lost since the pool was made. */
  readonly lost: number
}

/**
 * Asks the sizer, tells and remembers what it decided. To the sizer, a connection that is free and yet withheld from those
 * who wait is as good as in use.
 */
export class SizingHook {
  readonly #sizer: Sizer
  readonly #meter: Meter
  readonly #observe: Observer<PoolEvent>
  readonly #decisions: SizingDecision[] = []
  #holdMeanMs = 0
  #lost = 0

  constructor(sizer: Sizer, meter: Meter, observe: Observer<PoolEvent>) {
    this.#sizer = sizer
    this.#meter = meter
    this.#observe = observe
  }

  /** Connections that there should be, whatever the limits. */
  get target(): number {
    return this.#sizer.target
  }

  /** The last ones, in their order. */
  get decisions(): readonly SizingDecision[] {
    return [...this.#decisions]
  }

  ask(moment: PoolMoment): void {
    const interval = this.#meter.interval(moment.now)
    if (interval.completed > 0) this.#holdMeanMs = interval.holdMs / interval.completed
    const lost = moment.lost - this.#lost
    this.#lost = moment.lost
    const busyArea = interval.busyArea + interval.withheldArea
    const decision = this.#sizer.sample({
      now: moment.now,
      size: moment.size,
      busy: moment.busy,
      busyMean: interval.ms > 0 ? busyArea / interval.ms : moment.busy,
      waiting: moment.waiting,
      waitP95Ms: this.#meter.recentWaitP95(moment.waiting, moment.oldestWaitMs),
      completed: interval.completed,
      holdMeanMs: this.#holdMeanMs,
      limit: moment.limit,
      lost,
    })
    if (decision !== undefined) this.#remember(decision)
  }

  #remember(decision: SizingDecision): void {
    this.#decisions.push(decision)
    if (this.#decisions.length > DECISIONS_KEPT) this.#decisions.shift()
    this.#observe({ kind: 'pool.resized', decision })
  }
}
