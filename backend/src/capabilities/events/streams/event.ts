import type { Cursor, Placed } from '../types.ts'

/** What is known about an event beside what happened. Other names may be added; those of the session win. */
export interface EventMetadata {
  /** The role that the transaction ran as, and its claims: from the settings that S-Tier makes for each request. */
  readonly role?: string
  readonly claims?: unknown
  readonly requestId?: string
  /** A `traceparent` (W3C Trace Context). */
  readonly trace?: string
  /** The id of the event or command that led to this one. */
  readonly causation?: string
  /** What all events of one conversation share. */
  readonly correlation?: string
  readonly [name: string]: unknown
}

/** An event to be appended. */
export interface NewEvent<Data = unknown> {
  /** What happened, for example `order-placed`. */
  readonly type: string
  /** Anything that JSON can say; null where it is left out. */
  readonly data?: Data
  /** Instead of `data`: JSON as text, of which every digit is kept. */
  readonly json?: string
  /** A UUID. Sending the same events again under the same ids changes nothing. Default: a new one of version 7. */
  readonly id?: string
  readonly metadata?: EventMetadata
}

/** An event as it was stored, its type and data as they are called today. */
export interface StreamEvent<Data = unknown> extends Placed {
  readonly stream: string
  /** Its number in the stream, from 1 without gaps. */
  readonly version: number
  readonly id: string
  readonly type: string
  readonly data: Data
  readonly metadata: EventMetadata
  /** The order of all events, in which each stream keeps its own. */
  readonly cursor: Cursor
  /** When it was appended, in milliseconds since 1970. */
  readonly at: number
  /** Type and data before any upcaster, the data as JSON text with every digit. */
  readonly stored: { readonly type: string; readonly json: string }
}

/** What an append answers; the same append again answers the same. */
export interface Appended {
  /** That of the last event; how many events the stream had then. */
  readonly version: number
  /** That of the last event among all events. */
  readonly position: bigint
  readonly cursor: Cursor
  /** Of the events, in their order. */
  readonly ids: readonly string[]
  /** They were there already. */
  readonly isRepeated: boolean
}
