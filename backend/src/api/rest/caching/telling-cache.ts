import type { IncomingHttpHeaders } from 'node:http'
import type { Ask } from '../../../capabilities/cache/index.ts'
import type { CacheMark } from '../../../query/executor/index.ts'
import { isKnownTo } from '../../http/index.ts'
import type { RestResponse } from '../response.ts'
import { cacheStatusOf } from './cache-status.ts'
import { entityTagOf } from './entity-tag.ts'

/** The part of a request that decides what is told. */
export interface CacheAsking {
  readonly method: string
  readonly headers: Pick<IncomingHttpHeaders, 'if-none-match'>
}

/**
 * Kept by browsers for one user, and used only when this server has said that it is still true: another cache may not keep what
 * a role and its claims may see, and none hears of changes.
 */
const CACHE_CONTROL = 'private, no-cache'

/**
 * A response with what HTTP says of caches: `Cache-Control`, `Age` (RFC 9111), `Cache-Status` (RFC 9211), `ETag`; or 304 for who has
 * it already (RFC 9110, section 13). What the database itself says in `response.headers` is stronger. Without a mark nothing is told.
 */
export function tellingCache(
  response: RestResponse,
  mark: CacheMark | undefined,
  asking: CacheAsking,
  ask: Ask | undefined,
): RestResponse {
  const { status } = response
  const body = asking.method === 'HEAD' ? null : response.body // It may have been read as the GET.
  if (mark === undefined) return body === response.body ? response : { ...response, body }
  const headers = { ...toldOf(mark, ask), ...response.headers }
  if (!isRetrieved(response, asking)) return { status, headers, body }
  const ifNoneMatch = asking.headers['if-none-match']
  if (mark.kept !== undefined || ifNoneMatch !== undefined) {
    headers['etag'] ??= entityTagOf(response, mark.kept)
  }
  const { etag } = headers
  if (typeof etag === 'string' && isKnownTo(ifNoneMatch, etag)) {
    return { status: 304, headers: withoutContent(headers), body: null }
  }
  return { status, headers, body }
}

type Headers = Record<string, string | string[]>

function toldOf(mark: CacheMark, ask: Ask | undefined): Headers {
  const told: Headers = {
    'cache-control': CACHE_CONTROL,
    'cache-status': cacheStatusOf(mark, ask),
  }
  if (isFromCache(mark)) told['age'] = ageOf(mark)
  return told
}

/** In whole seconds. */
export function ageOf({ ageMs }: Pick<CacheMark, 'ageMs'>): string {
  return String(Math.max(0, Math.floor(ageMs / 1_000)))
}

function isFromCache({ from }: CacheMark): boolean {
  return from === 'l1' || from === 'l2' || from === 'stale'
}

/** A call by POST is answered in full, and so is what is no success. A HEAD without a body has nothing to be tagged. */
function isRetrieved({ status, body }: RestResponse, { method }: CacheAsking): boolean {
  return method !== 'POST' && body !== null && status >= 200 && status < 300
}

/** What is about the content, but for where it is found. */
const CONTENT: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-language',
  'content-length',
  'content-profile',
  'content-range',
  'content-type',
])

/** RFC 9110, section 15.4.5. */
function withoutContent(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CONTENT.has(name)))
}
