/**
 * A place in the journal: transactions in the order of their ids, and inside one by position. It is
 * exclusive: reading goes on behind it. Text of decimal digits when it leaves the process.
 */
export interface Cursor {
  readonly xid: bigint
  readonly position: bigint
}

/**
 * Columns by name; inherits nothing. Strings are decoded, everything else is its JSON text, so
 * that numbers keep every digit. null is SQL NULL.
 */
export type Row = Readonly<Record<string, string | null>>

/** What a statement did to a row; `truncate` is about the whole table and has no rows. */
export type JournalKind = 'insert' | 'update' | 'delete' | 'truncate'

/** One row that changed, or one table that was emptied. */
export interface JournalEvent {
  readonly cursor: Cursor
  readonly kind: JournalKind
  /** The object id of the table. */
  readonly relation: number
  readonly schema: string
  readonly table: string
  /** When the statement ran, in milliseconds since 1970. */
  readonly at: number
  /** The primary key of the new row, or of the old one for a delete; undefined without a key. */
  readonly key: Row | undefined
  readonly old: Row | undefined
  readonly new: Row | undefined
  readonly role: string | undefined
  /** The claims as the JSON text that the server had set. */
  readonly claims: string | undefined
  readonly requestId: string | undefined
  /** The `traceparent` of the request. */
  readonly trace: string | undefined
}

/** Where events come from: the table of the triggers, or a replication slot. */
export interface JournalSource<Event extends Placed = JournalEvent> {
  readonly kind: 'table' | 'wal'
  /** The end of what may be read now: a reader that starts here misses nothing that commits from now on. */
  head(): Promise<Cursor>
  /**
   * The next events after `after`, complete and in order, at most `max`; [] when there are none that
   * may be read yet. Throws `JournalGapError` where events after `after` are no longer there.
   */
  read(after: Cursor, max: number): Promise<readonly Event[]>
  /** What holds the reading up, if anything: since when, and the process that has to end its transaction. */
  stall(): Promise<Stall | undefined>
  close(): Promise<void>
  /** Which journal this is: another text after it was made anew, restored, or lost its end in a failover. */
  identity?(): Promise<string>
  /** What has been written behind `after`, readable yet or not. */
  waiting?(after: Cursor): Promise<Waiting>
  /** Calls back whenever there may be something new to read. The returned function ends that. */
  watch?(listener: () => void): () => void
  /**
   * After a reading: every event of transactions below this one is in it, or came before. Undefined: it is not known, as with the log,
   * where the order is another one.
   */
  readonly horizon?: bigint | undefined
  /** After a reading: another text when tables have been enabled or disabled since. Undefined: it is not told. */
  readonly generation?: string | undefined
}

export interface Waiting {
  /** Counted up to some bound of the source. */
  readonly events: number
  /** When the first of them was written, in milliseconds since 1970; undefined when there is none. */
  readonly oldestAt: number | undefined
}

/** What a reader needs to know of an event; domain events have it too. */
export interface Placed {
  readonly cursor: Cursor
  /** In milliseconds since 1970. */
  readonly at: number
}

/** A transaction that has written and not ended: what others wrote after it began may not be read yet. */
export interface Stall {
  /** How long that transaction has been open, or at least has been seen open. */
  readonly forMs: number
  /** Undefined for a prepared transaction, and when it is not to be found out. */
  readonly processId: number | undefined
  /** The database where it runs; any of the cluster can hold the journal up. */
  readonly database: string | undefined
  /** Of a prepared transaction its global identifier. */
  readonly application: string | undefined
  /**
   * As `pg_stat_activity` says it, for example `idle in transaction`; `prepared` for a prepared transaction. Undefined, as what
   * is above, where the owner of the journal may not see other roles' sessions (`pg_read_all_stats`).
   */
  readonly state: string | undefined
}

/** The least of a connection that is needed here; `int8`, `xid8` and `json` must arrive as text. */
export interface Queryable {
  query(
    text: string,
    values?: readonly unknown[],
  ): Promise<readonly Readonly<Record<string, unknown>>[]>
}
