import type { Clock, Observer } from '../../../base/index.ts'
import type { JournalEvent, Queryable, ReaderEvent } from '../../../capabilities/events/index.ts'
import type { HintRedis } from './commit-hints.ts'
import type { FollowerEvent } from './follower-events.ts'
import type { FollowerOptions } from './follower-options.ts'
import type { JournalFollower } from './types.ts'

export interface JournalFollowerSetup {
  readonly options?: FollowerOptions
  /** The primary, as the role that logs in. A pool: questions that hang are given up. Undefined: there is no database to follow. */
  readonly database: Queryable | undefined
  /** Changes, in order; again now and then. Must not throw. */
  readonly onEvents: (events: readonly JournalEvent[]) => void
  /** What was kept may be old: all of it, or under this tag; with `upTo` but for what has all transactions up to there. */
  readonly onFlush: (tag?: string, upTo?: bigint) => void
  /** Where processes tell each other that they have committed something. Undefined: they find out by themselves. */
  readonly redis?: HintRedis | undefined
  /** Of the hints: all processes that serve this database have the same. Default `journal`. */
  readonly channel?: string
  /** The role that logs in, for hints to people. */
  readonly login?: string | undefined
  readonly clock?: Clock
  /** From 0 to 1. */
  readonly random?: () => number
  readonly observe?: Observer<FollowerEvent | ReaderEvent>
}

/** The follower, and what it has to hear of the rest of the server. */
export interface DrivenFollower extends JournalFollower {
  /** Another catalog: nothing is taken for journaled until it has been looked at again. */
  catalogChanged(): void
  /** Another server is the primary: its journal may lack what was told last, so all is old and it begins anew. */
  primaryChanged(): void
}
