import type { Queryable } from '../types.ts'
import {
  type ExpectedVersion,
  StreamArchivedError,
  StreamInputError,
  StreamSizeError,
  StreamVersionError,
} from './errors.ts'
import type { Appended, EventMetadata, NewEvent } from './event.ts'
import { checkedId, checkedName } from './names.ts'
import type { StreamsRules } from './options.ts'
import { checkedJson, jsonOf } from './stored-json.ts'

/** An append that has been checked: what is sent, and what is answered about it. */
export interface Append {
  readonly expected: ExpectedVersion
  readonly ids: readonly string[]
  /** The events as a JSON array. */
  readonly events: string
  readonly bytes: number
}

/** Checks everything before anything is sent. Throws ST626 and ST627. */
export function prepareAppend(
  events: readonly NewEvent[],
  expected: ExpectedVersion,
  shared: EventMetadata | undefined,
  { rules, newId }: { readonly rules: StreamsRules; readonly newId: () => string },
): Append {
  if (events.length === 0) throw new StreamInputError('There is no event to append')
  refuseTooMany(events.length, rules.appendEventsMax, 'events')
  const ids = events.map(({ id }) => (id === undefined ? newId() : checkedId(id)))
  if (new Set(ids).size < ids.length) {
    throw new StreamInputError('Two events of one append have the same id')
  }
  const texts = events.map((event, index) => textOf(event, ids[index] as string, shared, rules))
  const text = `[${texts.join(',')}]`
  const bytes = Buffer.byteLength(text)
  refuseTooMany(bytes, rules.appendBytesMax, 'bytes')
  return { expected, ids, events: text, bytes }
}

function refuseTooMany(size: number, most: number, unit: 'events' | 'bytes'): void {
  if (size <= most) return
  const name = unit === 'events' ? 'appendEventsMax' : 'appendBytesMax'
  throw new StreamSizeError(`An append of ${size} ${unit} is too large`, {
    hint: `At most ${most} (${name}). Append them in several steps, each with the version that the one before answered.`,
  })
}

function textOf(
  event: NewEvent,
  id: string,
  shared: EventMetadata | undefined,
  rules: StreamsRules,
): string {
  const type = JSON.stringify(checkedName(event.type, 'The type of an event'))
  const data = dataOf(event)
  const metadata = metadataOf(event, shared)
  const bytes = Buffer.byteLength(data) + Buffer.byteLength(metadata)
  if (bytes > rules.eventBytesMax) {
    throw new StreamSizeError(`An event ${type} of ${bytes} bytes is too large`, {
      hint: `At most ${rules.eventBytesMax} (eventBytesMax). Keep large documents elsewhere, and their address in the event.`,
    })
  }
  return `{"id":"${id}","type":${type},"data":${data}${metadata}}`
}

function dataOf({ data, json, type }: NewEvent): string {
  const what = `The data of an event '${type}'`
  if (json === undefined) return data === undefined ? 'null' : jsonOf(data, what)
  if (data === undefined) return checkedJson(json, what)
  throw new StreamInputError(`An event '${type}' has both data and json`, { hint: 'Give one.' })
}

function metadataOf({ metadata, type }: NewEvent, shared: EventMetadata | undefined): string {
  if (metadata === undefined && shared === undefined) return ''
  return `,"metadata":${jsonOf({ ...shared, ...metadata }, `The metadata of an event '${type}'`)}`
}

/** Parameters: stream, expected version, events. */
const APPEND = 'select * from s_tier.stream_append($1, $2, $3)'
/** Parameters: stream, and a list of expected versions with their events. */
const APPEND_EACH = 'select * from s_tier.stream_append_each($1, $2)'

/** Sends appends to one stream in one round trip and one transaction; each answer stands for itself. */
export async function sendAppends(
  database: Queryable,
  stream: string,
  appends: readonly Append[],
): Promise<readonly (Appended | Error)[]> {
  const [only] = appends
  const rows =
    appends.length === 1 && only !== undefined
      ? await database.query(APPEND, [stream, numberOf(only.expected), only.events])
      : await database.query(APPEND_EACH, [stream, `[${appends.map(inList).join(',')}]`])
  return appends.map((append, index) => answerOf(stream, append, rows[index] ?? {}))
}

function inList({ expected, events }: Append): string {
  return `{"expected":${numberOf(expected)},"events":${events}}`
}

/** As `s_tier.stream_append` takes it. Throws ST626. */
export function numberOf(expected: ExpectedVersion): number {
  if (expected === 'any') return -1
  if (expected === 'exists') return -2
  if (expected === 'none') return 0
  if (Number.isSafeInteger(expected) && expected >= 0) return expected
  throw new StreamInputError('The expected version is not a version', {
    hint: `A whole number from 0 on, 'none', 'any' or 'exists'.`,
  })
}

function answerOf(
  stream: string,
  { expected, ids }: Append,
  row: Readonly<Record<string, unknown>>,
): Appended | Error {
  const version = Number(row['version'])
  if (row['outcome'] === 'refused') return new StreamVersionError(stream, expected, version)
  if (row['outcome'] === 'archived') return new StreamArchivedError(stream, version)
  const cursor = { xid: BigInt(String(row['xid'])), position: BigInt(String(row['position'])) }
  const isRepeated = row['outcome'] === 'repeated'
  return { version, position: cursor.position, cursor, ids, isRepeated }
}
