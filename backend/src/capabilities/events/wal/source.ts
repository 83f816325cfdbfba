import {
  type Clock,
  ignoreEvents,
  type Observer,
  option,
  systemClock,
} from '../../../base/index.ts'
import { JournalGapError } from '../reader-errors.ts'
import { createStallWatch } from '../stall.ts'
import type { Cursor, JournalSource, Queryable } from '../types.ts'
import { eventsOf, type WalEvent } from './change.ts'
import type { WalClient } from './client.ts'
import { SourceClosedError } from './errors.ts'
import type { WalObservation } from './events.ts'
import { Feed } from './feed.ts'
import { settledEnd } from './head.ts'
import { commitOf, formatLsn, type Lsn, positionOf } from './lsn.ts'
import { WAL_SOURCE_CHECKS, WAL_SOURCE_DEFAULTS, type WalSourceOptions } from './options.ts'
import { createShapes } from './shape.ts'
import { type LogState, logState } from './slot.ts'
import { SlotWatch } from './slot-watch.ts'
import { usableSlot } from './usable.ts'

export interface WalSourceSetup extends WalSourceOptions {
  /** A new connection for each stream, not open yet: `() => new pg.Client({ connectionString, replication: 'database' })`. */
  readonly connect: () => WalClient
  /** The same database, for questions to its catalog. */
  readonly database: Queryable
  /** One reader alone reads a slot. See `createSlot`. */
  readonly slot: string
  /** See `createPublication`. */
  readonly publication: string
  readonly clock?: Clock
  readonly observe?: Observer<WalObservation>
}

/**
 * The journal as PostgreSQL's write-ahead log, through a logical replication slot. Nothing is written besides, and changes are here
 * a moment after their commit.
 */
export interface WalSource extends JournalSource<WalEvent> {
  readonly kind: 'wal'
  /** Calls back when something has arrived that can be read: reading need not wait for its next turn. */
  watch(listener: () => void): () => void
  /** Everything up to here is done for good: the server need not send it again, and may remove it. */
  acknowledge(cursor: Cursor): void
  /** Where the slot stands: everything before it has been acknowledged. */
  confirmed(): Promise<Cursor>
  status(): WalSourceStatus
}

export interface WalSourceStatus {
  readonly isStreaming: boolean
  /** As much has arrived as may wait: the server is not listened to at the moment. */
  readonly isPaused: boolean
  readonly waitingEvents: number
  /** About; a little over `bufferBytesMax` at most, but for a single change that is larger. */
  readonly waitingBytes: number
}

/**
 * Order is that of the commits, and a cursor's position alone says it: it holds the place of the commit in the log and the number of
 * the change in its transaction, and needs up to 96 bits. `xid` is the id of the transaction, as `pg_current_xact_id` says it.
 *
 * Nothing is opened before the first reading. Reading rejects with ST623 when the slot stands behind the cursor, with ST632 to ST638
 * when the log cannot be read, with ST639 once it is closed, and with the errors of the database; the next reading opens the stream
 * again. Throws ST001 for a wrong option.
 */
export function createWalSource(setup: WalSourceSetup): WalSource {
  const { connect, database, slot, publication, ...given } = setup
  const { clock = systemClock, observe = ignoreEvents, ...options } = given
  const rules = option.settled('journal', options, WAL_SOURCE_CHECKS, WAL_SOURCE_DEFAULTS)
  const listeners = new Set<() => void>()
  const stalls = createStallWatch(clock)
  let turn: Promise<unknown> = Promise.resolve()
  let isClosed = false
  /** Changes up to this position have left the buffer, or never came into it. */
  let passed = 0n
  let server: string | undefined

  const feed = new Feed({
    ...rules,
    connect,
    slot,
    publication,
    clock,
    shapes: createShapes(database),
    onArrival: wake,
    onLost(error) {
      observe({ kind: 'journal.stream-lost', slot, error })
      wake() // Whoever reads now finds out, and opens it again.
    },
  })
  const watch = new SlotWatch({ ...rules, slot, clock, observe, look })

  function wake(): void {
    for (const listener of listeners) listener()
  }

  async function look(): Promise<LogState> {
    const state = await logState(database, slot, publication)
    feed.sawXid(state.xid)
    return state
  }

  /** One after the other: two would open two streams. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work)
    turn = result.catch(() => undefined)
    return result
  }

  async function read(after: Cursor, max: number): Promise<readonly WalEvent[]> {
    if (isClosed) throw new SourceClosedError()
    const { position } = after
    if (position < passed) await feed.close() // Back to what has left the buffer.
    if (rules.acknowledgeBy === 'reading') feed.acknowledge(position)
    feed.dropThrough(position)
    passed = position
    if (feed.changes.length === 0 && !feed.isOpen) await open(after)
    return await eventsOf(feed.changes.first(max))
  }

  async function open(after: Cursor): Promise<void> {
    const state = await look()
    watch.saw(state)
    watch.start()
    const { confirmed } = usableSlot(state, { ...rules, slot, publication })
    refuseGap(after, state.server, confirmed)
    const start = commitOf(after.position)
    await feed.open({ version: state.version, xid: state.xid, start, after: after.position })
    observe({ kind: 'journal.stream-opened', slot, from: formatLsn(later(start, confirmed)) })
  }

  /** Places of one server say nothing of another's. */
  function refuseGap(after: Cursor, now: string, confirmed: Lsn): void {
    const hasMoved = server !== undefined && server !== now
    server = now
    if (!hasMoved && !hasGap(after, confirmed)) return
    feed.forget()
    throw new JournalGapError(hasMoved ? 'timeline' : 'removed', after)
  }

  /** What was acknowledged here moved the slot past places where nothing for us was. Whatever else moved it may have passed events. */
  function hasGap({ position }: Cursor, confirmed: Lsn): boolean {
    const ours = feed.acknowledged
    if (position === 0n) return false
    return confirmed <= ours.flushed ? position < ours.position : commitOf(position) < confirmed
  }

  return {
    kind: 'wal',
    head: async () => {
      const end = await settledEnd(database, clock)
      return end === undefined ? await confirmed() : cursorAt(end)
    },
    read: (after, max) => inTurn(() => read(after, max)),
    async stall() {
      if (feed.isOpen) return stalls.stallOf(undefined)
      const [row] = await database.query(HOLDER, [slot])
      return stalls.stallOf(row)
    },
    async identity() {
      const state = await look()
      return `${state.server}:${state.database}:${slot}`
    },
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    acknowledge: ({ position }) => feed.acknowledge(position),
    confirmed,
    status: () => ({
      isStreaming: feed.isOpen,
      isPaused: feed.isPaused,
      waitingEvents: feed.changes.length,
      waitingBytes: feed.changes.bytes,
    }),
    async close() {
      isClosed = true
      watch.stop()
      await inTurn(() => feed.close())
    },
  }

  async function confirmed(): Promise<Cursor> {
    const state = await look()
    return cursorAt(usableSlot(state, { ...rules, slot, publication, isBusyFine: true }).confirmed)
  }
}

/** Before everything that commits there or later. */
function cursorAt(lsn: Lsn): Cursor {
  return { xid: 0n, position: positionOf(lsn, 0) }
}

function later(one: Lsn, other: Lsn): Lsn {
  return one > other ? one : other
}

/** Who reads the slot in our place. */
const HOLDER = `select s.active_pid::text as xid, s.active_pid as process_id, a.datname as database,
  a.application_name as application, a.state,
  (extract(epoch from pg_catalog.clock_timestamp() - a.backend_start) * 1000)::int8 as for_ms
  from pg_catalog.pg_replication_slots s
  left join pg_catalog.pg_stat_activity a on a.pid = s.active_pid
  where s.slot_name = $1 and s.active_pid is not null`
