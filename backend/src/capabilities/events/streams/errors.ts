import { STierError } from '../../../base/index.ts'

/** The version that a stream must have for an append: so many events, none, some, or whatever it has. */
export type ExpectedVersion = number | 'none' | 'any' | 'exists'

/** Somebody else has appended to the stream since, or it is not there. Nothing was written. */
export class StreamVersionError extends STierError {
  readonly code = 'ST630'
  readonly status = 409
  readonly stream: string
  readonly expected: ExpectedVersion
  /** That of the stream now: how many events it has. */
  readonly version: number

  constructor(stream: string, expected: ExpectedVersion, version: number) {
    super(`The stream '${stream}' has version ${version}, not ${wanted(expected)}`, {
      details: { expected, version },
      hint: hintOf(expected, version),
    })
    this.stream = stream
    this.expected = expected
    this.version = version
  }
}

function wanted(expected: ExpectedVersion): string {
  if (expected === 'none') return '0'
  return expected === 'exists' ? 'one' : String(expected)
}

function hintOf(expected: ExpectedVersion, version: number): string {
  if (version === 0) return `There are no events in it. Append with expectedVersion 'none' or 0.`
  if (expected === 'none') return `It exists. Read it, and append with expectedVersion ${version}.`
  if (typeof expected === 'number' && expected > version) {
    return 'It has never had that version: the number is not from this stream.'
  }
  return `Read it again, decide anew, and append with expectedVersion ${version}.`
}

/** The id of an event was used before for another event, or for only some of these. Nothing was written. */
export class EventIdUsedError extends STierError {
  readonly code = 'ST631'
  readonly status = 409

  constructor(stream: string, cause: unknown) {
    super(`An id among the events for the stream '${stream}' belongs to another event`, {
      hint: 'The same append may be sent again, with all its events as they were. Anything else needs new ids.',
      cause,
    })
  }
}

/** The stream is finished: it can be read, and not be added to. */
export class StreamArchivedError extends STierError {
  readonly code = 'ST625'
  readonly status = 409
  readonly stream: string
  readonly version: number

  constructor(stream: string, version: number) {
    super(`The stream '${stream}' is archived`, {
      hint: 'It takes no more events. Begin another stream.',
    })
    this.stream = stream
    this.version = version
  }
}

/** What was given cannot be stored, or cannot be meant. Nothing was sent. */
export class StreamInputError extends STierError {
  readonly code = 'ST626'
  readonly status = 400
}

/** An event, or an append as a whole, is larger than the options allow. Nothing was sent. */
export class StreamSizeError extends STierError {
  readonly code = 'ST627'
  readonly status = 413
}

/** The database has no streams, or the role that logged in may not use them. */
export class StreamsMissingError extends STierError {
  readonly code = 'ST628'
  readonly status = 503

  constructor(cause: unknown) {
    super('This database keeps no streams for the role that is connected', {
      hint: 'Enable them as the owner: s-tier streams enable postgres://… --for <role>',
      cause,
    })
  }
}

/** An event could not be made into what it is called today. */
export class UpcastError extends STierError {
  readonly code = 'ST629'
  readonly status = 500
}

/**
 * What PostgreSQL says, in our words where we have some. Class 22: it read a value and cannot keep it, for example a number
 * with more digits than it has.
 */
export function streamErrorOf(error: unknown, stream: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code !== 'string') return error
  if (code === ID_USED || isUsedId(error)) return new EventIdUsedError(stream, error)
  if (MISSING.has(code)) return new StreamsMissingError(error)
  if (!/^22[\dA-Z]{3}$/.test(code)) return error
  return new StreamInputError(`PostgreSQL cannot store what was given for the stream '${stream}'`, {
    details: code,
    hint: 'The cause says what it was: a number beyond its range, or characters that the database has no encoding for.',
    cause: error,
  })
}

const ID_USED = 'STS01'
/** No such schema, function or table; no right to it. */
const MISSING: ReadonlySet<string> = new Set(['3F000', '42883', '42P01', '42501'])

/** The other one was appended to another stream at the same moment. */
function isUsedId(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === 'stream_events_id'
}
