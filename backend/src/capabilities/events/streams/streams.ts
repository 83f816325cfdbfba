import { type Clock, option, systemClock } from '../../../base/index.ts'
import { BEGINNING } from '../cursor.ts'
import { createReader, type Reader, type ReaderSetup } from '../reader.ts'
import type { Cursor, JournalSource, Queryable } from '../types.ts'
import { type Append, numberOf, prepareAppend, sendAppends } from './append.ts'
import { type ExpectedVersion, streamErrorOf } from './errors.ts'
import type { Appended, EventMetadata, NewEvent, StreamEvent } from './event.ts'
import { createEventIds, type RandomBytes, systemRandomBytes } from './event-id.ts'
import { createLanes } from './lanes.ts'
import { archiveStream, listStreams, type ListAsked, type StreamSummary } from './list.ts'
import { checkedName, checkedPrefix } from './names.ts'
import { STREAMS_CHECKS, STREAMS_DEFAULTS, type StreamsOptions } from './options.ts'
import { type Filter, type Reading, readPage, readSlice } from './read.ts'
import type { StreamPage, StreamSlice } from './read.ts'
import {
  loadSnapshot,
  type NewSnapshot,
  saveSnapshot,
  type Snapshot,
  type SnapshotName,
} from './snapshots.ts'
import { createStreamSource } from './source.ts'
import { createUpcasters, type Upcaster } from './upcasters.ts'

export interface StreamsSetup extends StreamsOptions {
  /** A pool: each query may run on another connection, and is a transaction of its own. */
  readonly database: Queryable
  /** What old events are called today, and how they look. Default none. */
  readonly upcasters?: readonly Upcaster[]
  /** How stored data become values. Default `JSON.parse`, for which 2^53 + 1 is 2^53; `stored.json` keeps every digit. */
  readonly parse?: (json: string) => unknown
  readonly clock?: Clock
  readonly random?: RandomBytes
}

export interface AppendOptions {
  /** The version that the stream must have: a number of events, `none`, `exists`, or `any`. */
  readonly expectedVersion: ExpectedVersion
  /** For every event that does not say otherwise itself. */
  readonly metadata?: EventMetadata
  /** A connection inside a transaction of the caller: the events are there when that commits. */
  readonly within?: Queryable
}

export interface ReadOptions {
  /** The first version, 1 or more. Default 1. */
  readonly from?: number
  /** The last version. Default: that of the stream. */
  readonly to?: number
  /** Most events that are answered; `isEnd` says whether there are more. Default and most `readEventsMax`. */
  readonly max?: number
  /** `backward`: the latest first. Default `forward`. */
  readonly direction?: 'forward' | 'backward'
  readonly within?: Queryable
}

export interface ReadAllOptions extends Filter {
  /** Default: before everything. */
  readonly after?: Cursor
  readonly max?: number
}

/** A reader of events, and which of them it is for. */
export type SubscribeSetup = Filter & Omit<ReaderSetup<StreamEvent>, 'source'>

/** Streams of domain events in a database where the part `streams` is enabled. */
export interface Streams {
  /**
   * Appends events, all or none. Sent again with the same ids it answers the same. Throws ST630 (the stream has another
   * version), ST631 (an id is taken), ST625 (archived), ST626 and ST627 (cannot be stored), ST628 (not enabled).
   */
  append(
    stream: string,
    events: NewEvent | readonly NewEvent[],
    options: AppendOptions,
  ): Promise<Appended>
  /** Events of one stream, and the version to append behind. Throws ST626, ST628, ST629. */
  read(stream: string, options?: ReadOptions): Promise<StreamSlice>
  /** Events of all streams in their order, as far as no open transaction can still write among them. Throws ST626, ST628, ST629. */
  readAll(options?: ReadAllOptions): Promise<StreamPage>
  /** The same as a source for `createReader`. One for each reader. */
  source(filter?: Filter): JournalSource<StreamEvent>
  /**
   * Begins to deliver events to `onEvents`, at least once and each stream in its order. What this object appends outside of a
   * caller's transaction wakes it. Ends with `stop()` of the reader. Throws ST001 and ST003 for its options.
   */
  subscribe(setup: SubscribeSetup): Reader
  /** Keeps what events amount to; false when a snapshot as late is there. Throws ST630 when the stream has fewer events. */
  saveSnapshot(stream: string, snapshot: NewSnapshot): Promise<boolean>
  loadSnapshot(stream: string, which?: SnapshotName): Promise<Snapshot | undefined>
  /** The stream takes no more events. Twice is once. Throws ST630, by default only when there is no such stream. */
  archiveStream(stream: string, options?: Partial<AppendOptions>): Promise<{ version: number }>
  /** Streams by name in order. */
  streams(options?: ListAsked): Promise<readonly StreamSummary[]>
}

/** Throws ST001 and ST003 for options that are none, ST626 for upcasters that do not make chains. */
export function createStreams(setup: StreamsSetup): Streams {
  const { database, upcasters, parse = JSON.parse, ...rest } = setup
  const { clock = systemClock, random = systemRandomBytes, ...options } = rest
  const rules = option.settled('streams', options, STREAMS_CHECKS, STREAMS_DEFAULTS)
  const newId = createEventIds(() => clock.epochMs(), random)
  const reading: Reading = {
    upcasters: createUpcasters(upcasters ?? []),
    parse,
    bytesMax: rules.readBytesMax,
  }
  const most = option.integer({ min: 1, max: rules.readEventsMax })
  const maxOf = (max: number = rules.readEventsMax) => option.checked('max', most, max)
  const listeners = new Set<() => void>()
  const lanes = createLanes<Append, Appended | Error>({
    send: (stream, appends) => sendAppends(database, stream, appends),
    requestsMax: rules.groupAppendsMax,
    bytesMax: rules.appendBytesMax,
  })

  async function append(
    stream: string,
    events: NewEvent | readonly NewEvent[],
    { expectedVersion, metadata, within }: AppendOptions,
  ): Promise<Appended> {
    nameOf(stream)
    numberOf(expectedVersion)
    const given = Array.isArray(events) ? (events as readonly NewEvent[]) : [events as NewEvent]
    const prepared = prepareAppend(given, expectedVersion, metadata, { rules, newId })
    const answer = await telling(stream, async () =>
      within === undefined
        ? lanes(stream, prepared)
        : (await sendAppends(within, stream, [prepared]))[0],
    )
    if (answer instanceof Error) throw answer
    if (within === undefined) for (const listener of listeners) listener()
    return answer as Appended
  }

  const pageOf = (filter: Filter) => {
    if (filter.streamPrefix !== undefined) checkedPrefix(filter.streamPrefix, PREFIX)
    return (after: Cursor, max: number) =>
      telling('', () => readPage(database, after, max, filter, reading))
  }

  const source = (filter: Filter = {}) =>
    createStreamSource({
      database,
      page: pageOf(filter),
      watch(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      clock,
    })

  return {
    append,
    async read(stream, { from = 1, to = VERSION_MAX, max, direction, within } = {}) {
      nameOf(stream)
      const isBackward = direction === 'backward'
      const asked = { from: whole('from', from), to: whole('to', to), max: maxOf(max), isBackward }
      return telling(stream, () => readSlice(within ?? database, stream, asked, reading))
    },
    async readAll({ after = BEGINNING, max, ...filter } = {}) {
      return pageOf(filter)(after, maxOf(max))
    },
    source,
    subscribe({ types, streamPrefix, ...setup }) {
      const reader = createReader({
        name: 'streams',
        clock,
        ...setup,
        source: source({ types, streamPrefix }),
      })
      reader.start()
      return reader
    },
    async saveSnapshot(stream, snapshot) {
      nameOf(stream)
      return telling(stream, () => saveSnapshot(database, stream, snapshot))
    },
    async loadSnapshot(stream, which = {}) {
      nameOf(stream)
      return telling(stream, () => loadSnapshot(database, stream, which))
    },
    async archiveStream(stream, { expectedVersion = 'any', within = database } = {}) {
      nameOf(stream)
      return telling(stream, () => archiveStream(within, stream, expectedVersion))
    },
    async streams(asked = {}) {
      checkedPrefix(asked.prefix ?? '', PREFIX)
      return telling('', () => listStreams(database, { ...asked, max: maxOf(asked.max) }))
    },
  }
}

const PREFIX = 'The beginning of the name of a stream'
const VERSION_MAX = Number.MAX_SAFE_INTEGER

function nameOf(stream: string): string {
  return checkedName(stream, 'The name of a stream')
}

function whole(name: string, version: number): number {
  return option.checked(name, option.integer({ min: 0, max: VERSION_MAX }), version)
}

async function telling<T>(stream: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw streamErrorOf(error, stream)
  }
}
