import type { Clock, Observer } from '../../base/index.ts'
import type { ReaderEvent } from './reader-events.ts'
import type { Lag } from './reader-lag.ts'
import type { ReaderRules } from './reader-options.ts'
import type { Cursor, Stall, Waiting } from './types.ts'

/** Longest time between two questions whether something is in the way, in milliseconds. */
const CHECK_MS = 1_000

export interface StallCheckSetup {
  readonly reader: string
  readonly source: {
    stall(): Promise<Stall | undefined>
    waiting(after: Cursor): Promise<Waiting | undefined>
  }
  readonly rules: Pick<ReaderRules, 'stalledAfterMs'>
  readonly clock: Clock
  readonly lag: Lag
  readonly observe: Observer<ReaderEvent>
}

/** Nothing to read may mean that nothing was written, or that a transaction is in the way of all that was. */
export class StallCheck {
  readonly #setup: StallCheckSetup
  readonly #everyMs: number
  #dueAt = Number.NEGATIVE_INFINITY
  /** The transaction that was told last. */
  #told: { readonly since: number; readonly processId: number | undefined } | undefined

  constructor(setup: StallCheckSetup) {
    this.#setup = setup
    this.#everyMs = Math.min(CHECK_MS, setup.rules.stalledAfterMs)
  }

  /** After a look that found nothing behind `cursor`. */
  async check(cursor: Cursor): Promise<void> {
    const { source, clock, lag } = this.#setup
    if (clock.now() < this.#dueAt) return
    this.#dueAt = clock.now() + this.#everyMs
    const stall = await source.stall()
    lag.stalled(stall, stall && (await source.waiting(cursor)))
    this.#tell(stall)
  }

  #tell(stall: Stall | undefined): void {
    const { reader, rules, clock, observe } = this.#setup
    if (stall === undefined || stall.forMs < rules.stalledAfterMs) return
    const { processId, forMs } = stall
    const since = clock.now() - forMs
    if (this.#isTold(processId, since)) return
    this.#told = { processId, since }
    observe({ kind: 'journal.stalled', reader, ...stall })
  }

  /** A session can have another transaction later, and its age is only known roughly. */
  #isTold(processId: number | undefined, since: number): boolean {
    const told = this.#told
    return told?.processId === processId && Math.abs(since - (told?.since ?? 0)) <= CHECK_MS
  }
}
