import type { Answer } from '../../query/executor/index.ts'
import { headerBytes, isHeader } from '../http/index.ts'
import { BadResponseHeadersError, BadResponseStatusError } from './errors.ts'

/** An answer as it leaves. Several values of one header are a list. */
export interface RestResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  /** Null: none, and no word about its length (HEAD). */
  readonly body: string | Buffer | null
}

/**
 * The transaction may have left a status and headers of its own in `response.status` and `response.headers`; they
 * replace ours of the same name. PostgREST: references/transactions, "Response Headers".
 */
export function overridden(
  response: RestResponse,
  answer: Pick<Answer, 'status' | 'headers'>,
): RestResponse {
  if (answer.status === null && answer.headers === null) return response
  const status = answer.status === null ? response.status : statusOf(answer.status)
  const own = answer.headers === null ? {} : headersOf(answer.headers)
  return { status, headers: { ...response.headers, ...own }, body: response.body }
}

/** The headers beside those of CORS, which may have said already by what the answer varies: both hold. */
export function besideCors(
  headers: RestResponse['headers'],
  vary: string | string[] | undefined,
): RestResponse['headers'] {
  const { vary: own } = headers
  if (vary === undefined || own === undefined) return headers
  return { ...headers, vary: [vary, own].flat().join(', ') }
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
