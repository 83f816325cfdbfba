import type { Clock } from '../../../base/index.ts'
import { type JournalEvent, type Queryable, readAhead } from '../../../capabilities/events/index.ts'
import type { Hearing } from './hearing.ts'

export interface ReadingAheadSetup {
  readonly database: Queryable
  readonly hearing: Hearing
  readonly clock: Clock
  readonly onEvents: (events: readonly JournalEvent[]) => void
  readonly onFlush: () => void
}

/**
 * While a transaction holds the journal up, what others commit meanwhile is told all the same: a cache asks what has changed, and not
 * in which order. The reader tells it again when it may.
 */
export class ReadingAhead {
  readonly #setup: ReadingAheadSetup
  #seen: string | undefined

  constructor(setup: ReadingAheadSetup) {
    this.#setup = setup
  }

  /** After a look that came to the end: everything below `horizon` has been read. */
  async look(horizon: bigint | undefined): Promise<void> {
    const { database, hearing, clock, onEvents, onFlush } = this.#setup
    if (hearing.stall === undefined || horizon === undefined) {
      this.#seen = undefined
      return
    }
    const askedAt = clock.now()
    const { events, seen } = await readAhead(database, this.#seen ?? `${horizon}:${horizon}:`)
    if (seen === undefined) return
    this.#seen = seen
    if (events === undefined) onFlush()
    else if (events.length > 0) onEvents(events)
    hearing.passed(askedAt)
  }
}
