import type { Precision } from '../../../capabilities/cache/index.ts'
import type { JournalEvent } from '../../../capabilities/events/index.ts'

/** What a transaction that was committed here has changed in journaled tables. */
export interface OwnChanges {
  /** Of the transaction; undefined: it wrote nothing. */
  readonly xid: bigint | undefined
  /** Of too many rows only which tables they are in. Undefined: they could not be read, so that anything may have changed. */
  readonly events: readonly JournalEvent[] | undefined
}

/** Follows the journal for a cache: what is journaled, what has changed, and how far that has been told. */
export interface JournalFollower {
  readonly state: FollowerState
  /** Whether all changes of the table are told: itself, or the root of its partitions. False while nothing is followed. */
  isJournaled(relation: number): boolean
  /** All changes of transactions below this one have been told; 0 while nothing is followed. */
  readonly horizon: bigint
  /** Whether writes are to bring along what they changed. */
  readonly wantsOwnChanges: boolean
  /** What was committed here, before whoever wrote it hears of that. */
  own(changes: OwnChanges): void
  /** Begins to follow, or to look for a journal until there is one. Resolves after the first look. */
  start(): Promise<void>
  stop(): Promise<void>
  status(): FollowerStatus
}

/** `absent`: there is no journal, or this login may not read it. `failing`: it cannot be read at this moment. */
export type FollowerState = 'stopped' | 'absent' | 'starting' | 'following' | 'failing'

export interface FollowerStatus {
  readonly state: FollowerState
  /** Why nothing is followed, for a person to act on. */
  readonly reason: string | undefined
  /** Tables, by object id. */
  readonly journaled: readonly number[]
  readonly horizon: string
  readonly lagMs: number
  /** The process that holds the journal up. */
  readonly stall: { readonly processId: number | undefined; readonly forMs: number } | undefined
  /** Events told, and those of them that were told at once since they were written here. */
  readonly events: number
  readonly ownEvents: number
  readonly gaps: number
}

/** Invalidations by how narrowly they were matched. */
export type Invalidations = Readonly<Record<Precision | 'all', number>>
