import type { Queryable } from '../types.ts'
import { numberOf } from './append.ts'
import { type ExpectedVersion, StreamVersionError } from './errors.ts'

export interface ListAsked {
  /** What their names begin with. Default: anything. */
  readonly prefix?: string
  /** The last name of the page before. Default: none. */
  readonly after?: string
  /** Default and most `readEventsMax`. */
  readonly max?: number
}

/** One stream. Times are in milliseconds since 1970. */
export interface StreamSummary {
  readonly stream: string
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly archivedAt: number | undefined
}

export async function listStreams(
  database: Queryable,
  { prefix = '', after = '', max }: ListAsked,
): Promise<readonly StreamSummary[]> {
  const rows = await database.query(LIST, [prefix, after, max])
  return rows.map(row => ({
    stream: String(row['stream']),
    version: Number(row['version']),
    createdAt: Number(row['created_ms']),
    updatedAt: Number(row['updated_ms']),
    archivedAt: row['archived_ms'] === null ? undefined : Number(row['archived_ms']),
  }))
}

const LIST = 'select * from s_tier.stream_list($1, $2, $3)'

export async function archiveStream(
  database: Queryable,
  stream: string,
  expected: ExpectedVersion,
): Promise<{ readonly version: number }> {
  const [row = {}] = await database.query(ARCHIVE, [stream, numberOf(expected)])
  const version = Number(row['version'])
  if (row['outcome'] === 'archived') return { version }
  throw new StreamVersionError(stream, expected === 'any' ? 'exists' : expected, version)
}

const ARCHIVE = 'select * from s_tier.stream_archive($1, $2)'
