import type { JournalEvent } from '../../../capabilities/events/index.ts'
import type { JournalFollowerSetup } from './follower-setup.ts'
import type { OwnChanges } from './types.ts'

/** Tells the cache what has changed, and counts it. */
export class Told {
  readonly #setup: Pick<JournalFollowerSetup, 'onEvents' | 'onFlush'>
  #events = 0
  #ownEvents = 0

  constructor(setup: Pick<JournalFollowerSetup, 'onEvents' | 'onFlush'>) {
    this.#setup = setup
  }

  get counts(): { readonly events: number; readonly ownEvents: number } {
    return { events: this.#events, ownEvents: this.#ownEvents }
  }

  events(events: readonly JournalEvent[]): void {
    this.#events += events.length
    this.#setup.onEvents(events)
  }

  /** It is committed, and must not fail any more: what cannot be told is as if it could not be read. */
  own({ xid, events }: OwnChanges): void {
    if (events === undefined) return this.#setup.onFlush(undefined, xid)
    this.#ownEvents += events.length
    try {
      this.events(events)
    } catch {
      this.#setup.onFlush(undefined, xid)
    }
  }
}
