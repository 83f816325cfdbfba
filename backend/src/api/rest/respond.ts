import type { Answer } from '../../query/executor/index.ts'
import { headerBytes, isHeader } from '../http/index.ts'
import { BadResponseHeadersError, BadResponseStatusError, SingularityError } from './errors.ts'
import {
  contentTypeOf,
  describePage,
  NO_PREFERENCES,
  type Preferences,
  preferenceApplied,
} from './parse/index.ts'
import type { ReadCall } from './understand.ts'

/** An answer as it leaves. Several values of one header are a list. */
export interface RestResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  /** Null: none, and no word about its length (HEAD). */
  readonly body: string | null
}

/** What PostgreSQL answered, as a response. PostgREST: references/api/pagination_count and resource_representation. */
export function readResponse(
  answer: Answer,
  call: ReadCall,
  location: string,
  applied: { readonly timezone: boolean },
): RestResponse {
  const { media, preferences, profile, range } = call
  const contentType = contentTypeOf(media)
  if (media.kind === 'plan') {
    return { status: 200, headers: { 'content-type': contentType }, body: answer.body }
  }
  if (media.kind === 'object' && answer.rows !== 1) throw new SingularityError(answer.rows)
  const { status, contentRange } = describePage(range.offset, answer.rows, totalOf(answer, call))
  const headers: Record<string, string> = {
    'content-type': contentType,
    'content-range': contentRange,
    'content-location': location,
    vary: 'Accept, Prefer, Range',
  }
  const preference = preferences === NO_PREFERENCES ? undefined : heeded(preferences, applied)
  if (preference !== undefined) headers['preference-applied'] = preference
  if (profile.negotiated) headers['content-profile'] = headerBytes(profile.schema)
  return overridden({ status, headers, body: answer.body }, answer)
}

/** The preferences that a read heeds. */
function heeded(
  { count, tx, handling, timezone }: Preferences,
  applied: { readonly timezone: boolean },
): string | undefined {
  return preferenceApplied({
    count,
    tx,
    handling,
    timezone: applied.timezone ? timezone : undefined,
  })
}

/**
 * What is told as the total. An estimated count is exact up to the cap on rows; beyond it the planner's estimate, but
 * never less than what was counted or is given: a page that has rows is within the total.
 * PostgREST: references/api/pagination_count, "Estimated Count".
 */
function totalOf({ total, estimated, rows }: Answer, { prepared, range }: ReadCall): number | null {
  if (total === null || estimated === null) return total ?? estimated
  const { rowsMax = total } = prepared.plan
  if (total <= rowsMax) return total
  return Math.max(total, estimated, rows === 0 ? 0 : range.offset + rows)
}

/**
 * The transaction may have left a status and headers of its own in `response.status` and `response.headers`; they
 * replace ours of the same name. PostgREST: references/transactions, "Response Headers".
 */
function overridden(response: RestResponse, answer: Answer): RestResponse {
  if (answer.status === null && answer.headers === null) return response
  const status = answer.status === null ? response.status : statusOf(answer.status)
  const own = answer.headers === null ? {} : headersOf(answer.headers)
  return { status, headers: { ...response.headers, ...own }, body: response.body }
}

function statusOf(text: string): number {
  const status = Number(text)
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new BadResponseStatusError()
  return status
}

/** A JSON array of objects with one key each, so that a name can come more than once. */
function headersOf(text: string): Record<string, string | string[]> {
  const headers = new Map<string, string | string[]>()
  for (const [name, value] of headerPairs(text)) {
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : [before, value].flat())
  }
  return Object.fromEntries(headers)
}

function headerPairs(text: string): [string, string][] {
  const list = parsed(text)
  if (!Array.isArray(list)) throw new BadResponseHeadersError()
  return list.map((item: unknown) => {
    const pairs = typeof item === 'object' && item !== null ? Object.entries(item) : []
    const [pair] = pairs
    if (pairs.length !== 1 || pair === undefined || !isHeader(pair)) {
      throw new BadResponseHeadersError()
    }
    return [pair[0].toLowerCase(), headerBytes(pair[1])]
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new BadResponseHeadersError()
  }
}
