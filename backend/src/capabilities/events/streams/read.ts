import type { Cursor, Queryable } from '../types.ts'
import type { EventMetadata, StreamEvent } from './event.ts'
import type { Upcasters } from './upcasters.ts'

/** How a row becomes an event, and how much is read at a time. */
export interface Reading {
  readonly upcasters: Upcasters
  readonly parse: (json: string) => unknown
  readonly bytesMax: number
}

/** The part of one stream that was asked for. */
export interface StreamSlice {
  readonly events: readonly StreamEvent[]
  /** Of the stream: how many events it has; 0: there is no such stream. */
  readonly version: number
  readonly isArchived: boolean
  /** False when there are more events in the range than were answered. */
  readonly isEnd: boolean
}

/** A part of all events. */
export interface StreamPage {
  readonly events: readonly StreamEvent[]
  /** Where reading goes on: behind the last event, or behind everything that may be read yet. */
  readonly next: Cursor
  /** There was no more when it was read. */
  readonly isEnd: boolean
  /** Which events these are: another text in another database, and after a failover. */
  readonly identity: string
}

type Answer = Readonly<Record<string, unknown>>

export interface SliceAsked {
  readonly from: number
  readonly to: number
  readonly max: number
  readonly isBackward: boolean
}

export async function readSlice(
  database: Queryable,
  stream: string,
  { from, to, max, isBackward }: SliceAsked,
  reading: Reading,
): Promise<StreamSlice> {
  const values = [stream, from, to, max, reading.bytesMax, isBackward]
  const rows = await database.query(READ, values)
  const events = eventsOf(rows, reading)
  const { head, is_archived: isArchived } = rows.at(-1) ?? {}
  const version = Number(head)
  const bound = isBackward ? Math.max(1, from) : Math.min(version, to)
  const isEnd = events.length === 0 || events.at(-1)?.version === bound
  return { events, version, isArchived: isTrue(isArchived), isEnd }
}

const READ = 'select * from s_tier.stream_read($1, $2, $3, $4, $5, $6)'

/** Which of all events. */
export interface Filter {
  /** As they are called today. Default: all. */
  readonly types?: readonly string[] | undefined
  /** What the names of their streams begin with. Default: all. */
  readonly streamPrefix?: string | undefined
}

export async function readPage(
  database: Queryable,
  after: Cursor,
  max: number,
  { types, streamPrefix }: Filter,
  reading: Reading,
): Promise<StreamPage> {
  const stored = types?.flatMap(type => reading.upcasters.storedAs(type))
  const rows = await database.query(READ_ALL, [
    ...[String(after.xid), String(after.position), max, reading.bytesMax],
    stored === undefined ? null : JSON.stringify(stored),
    streamPrefix ?? null,
  ])
  const events = eventsOf(rows, reading)
  const { head, is_end: isEnd, identity: found } = rows.at(-1) ?? {}
  const identity = String(found)
  const last = events.at(-1)
  if (!isTrue(isEnd) && last !== undefined) {
    return { events, next: last.cursor, isEnd: false, identity }
  }
  const end = { xid: BigInt(String(head)), position: 0n }
  return { events, next: end.xid < after.xid ? after : end, isEnd: true, identity }
}

const READ_ALL = 'select * from s_tier.stream_read_all($1, $2, $3, $4, $5, $6)'

/** What may be read yet ends before the oldest transaction that is still open. */
export async function readEnd(database: Queryable) {
  const [row = {}] = await database.query(END)
  const cursor: Cursor = { xid: BigInt(String(row['xid'])), position: 0n }
  return { cursor, identity: String(row['identity']) }
}

const END = 'select * from s_tier.stream_end()'

/** The last row is none. */
function eventsOf(rows: readonly Answer[], reading: Reading): readonly StreamEvent[] {
  return rows.slice(0, -1).map(row => eventOf(row, reading))
}

function eventOf(row: Answer, { upcasters, parse }: Reading): StreamEvent {
  const stored = { type: String(row['type']), json: String(row['data']) }
  const { type, data } = upcasters.upcast(stored.type, parse(stored.json))
  return {
    stream: String(row['stream']),
    version: Number(row['version']),
    id: String(row['id']),
    type,
    data,
    metadata: JSON.parse(String(row['metadata'])) as EventMetadata,
    cursor: { xid: BigInt(String(row['xid'])), position: BigInt(String(row['position'])) },
    at: Number(row['at_ms']),
    stored,
  }
}

/** Drivers parse booleans, or leave them as text. */
function isTrue(value: unknown): boolean {
  return value === true || value === 't'
}
