import {
  BugError,
  type Clock,
  createSlidingHistogram,
  type SlidingHistogram,
} from '../../base/index.ts'
import type { CancelSignal } from '../../capabilities/pool/index.ts'
import type { DatabaseNode } from './router.ts'

/** Of how long reads take, what counts, in milliseconds. */
const WINDOW_MS = 30_000
/** The share of reads that are not late. */
const IN_TIME = 0.95
/** With fewer reads nobody knows what is late. */
const READS_MIN = 100
/** Nothing is late before this time: a second question costs more than it could save, in milliseconds. */
const LATE_MS_MIN = 5
/** The quantile is looked for this often, in milliseconds. */
const FRESH_MS = 250

/** How long reads take lately, by node. */
export interface ReadTimes {
  took(node: DatabaseNode, durationMs: number): void
  /** After this time a read is later than nearly all others on its node; undefined while too few are known. */
  lateAfterMs(node: DatabaseNode): number | undefined
}

export function createReadTimes(clock: Clock): ReadTimes {
  const nodes = new Map<DatabaseNode, Times>()
  return {
    took(node, durationMs) {
      let times = nodes.get(node)
      if (times === undefined) nodes.set(node, (times = new Times(clock)))
      times.took(durationMs)
    },
    lateAfterMs: node => nodes.get(node)?.lateAfterMs,
  }
}

class Times {
  readonly #clock: Clock
  readonly #histogram: SlidingHistogram
  #lateAfterMs: number | undefined = undefined
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
    this.#histogram = createSlidingHistogram({ windowMs: WINDOW_MS, now: () => clock.now() })
  }

  took(durationMs: number): void {
    this.#histogram.record(durationMs)
  }

  get lateAfterMs(): number | undefined {
    const now = this.#clock.now()
    if (now - this.#lookedAt >= FRESH_MS) {
      this.#lookedAt = now
      this.#lateAfterMs = this.#look()
    }
    return this.#lateAfterMs
  }

  #look(): number | undefined {
    if (this.#histogram.count < READS_MIN) return undefined
    return Math.max(LATE_MS_MIN, this.#histogram.quantile(IN_TIME) ?? 0)
  }
}

export type Ask<T> = (signal: CancelSignal) => Promise<T>

export interface Hedge<T> {
  readonly clock: Clock
  /** The caller's own wish to end it. */
  readonly signal: CancelSignal | undefined
  readonly first: Ask<T>
  readonly lateAfterMs: number
  /** Asked once, when the first is late. Undefined: nobody else can or may be asked. */
  readonly second: () => Ask<T> | undefined
  /** One has failed, and the other one is what counts. */
  readonly onBeaten: (error: unknown, isFirst: boolean) => void
}

/**
 * The same question to two, when the first one is late: the first answer counts, and the other one is cancelled. Rejects with
 * the error of the first when both fail. (Hedged requests: Dean and Barroso, "The Tail at Scale", CACM 2013.)
 */
export function hedged<T>(hedge: Hedge<T>): Promise<T> {
  const { clock, first, second, signal, onBeaten } = hedge
  return new Promise((resolve, reject) => {
    let running = 0
    let firstError: Error | undefined
    let isSettled = false

    function run(ask: Ask<T>, own: Leg, other: () => Leg | undefined, isFirst: boolean): void {
      running++
      ask(own).then(
        answer => {
          settle()
          const loser = other()
          if (loser !== undefined) loser.isBeaten = true
          resolve(answer)
        },
        (error: unknown) => failed(error, own, isFirst),
      )
    }

    function failed(error: unknown, own: Leg, isFirst: boolean): void {
      running--
      if (isFirst) firstError = error instanceof Error ? error : new BugError(String(error))
      if (running > 0 || isSettled || !isFirst) {
        if (!own.isBeaten) onBeaten(error, isFirst)
      }
      if (running > 0 || isSettled) return
      settle()
      reject(firstError ?? new BugError('the second was asked without the first'))
    }

    function settle(): void {
      isSettled = true
      cancelTimer()
    }

    const leg = new Leg(signal)
    let otherLeg: Leg | undefined
    const cancelTimer = clock.after(hedge.lateAfterMs, () => {
      const ask = second()
      if (ask === undefined) return
      otherLeg = new Leg(signal)
      run(ask, otherLeg, () => leg, false)
    })
    run(first, leg, () => otherLeg, true)
  })
}

class Leg implements CancelSignal {
  isBeaten = false
  readonly #signal: CancelSignal | undefined

  constructor(signal: CancelSignal | undefined) {
    this.#signal = signal
  }

  get aborted(): boolean {
    return this.isBeaten || this.#signal?.aborted === true
  }
}
