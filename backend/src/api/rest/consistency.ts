import type { IncomingHttpHeaders } from 'node:http'
import { parseConsistencyToken } from '../../capabilities/replicas/index.ts'
import type { Answer, Execution } from '../../query/executor/index.ts'
import type { HttpRules } from '../http/index.ts'
import type { RestRules } from './options.ts'
import { cookieValues, type Preferences } from './parse/index.ts'
import type { RestResponse } from './response.ts'

/** Of a response: what to send with a later request, so that it sees what this one wrote. Of a request: what came so. */
const TOKEN_HEADER = 's-tier-consistency'
/** The same for clients that keep cookies and know nothing of it. */
export const TOKEN_COOKIE = 's_tier_consistency'

/**
 * How new the rows have to be that a request asks for; undefined for most. A token in the header comes before the one in the
 * cookie. It is judged later: what is no token makes no request fail.
 */
export function consistencyOf(
  headers: IncomingHttpHeaders,
  { maxStalenessMs }: Pick<Preferences, 'maxStalenessMs'>,
): Execution['consistency'] {
  const token = tokenIn(headers)
  if (token === undefined && maxStalenessMs === undefined) return undefined
  return { token, maxStalenessMs }
}

/** Of several cookies, which come from several paths or domains, the first that is a token. */
function tokenIn({ [TOKEN_HEADER]: header, cookie }: IncomingHttpHeaders): string | undefined {
  if (header !== undefined && header !== '') return String(header)
  if (cookie === undefined) return undefined
  const values = cookieValues(cookie, TOKEN_COOKIE)
  const isToken = (text: string) => parseConsistencyToken(text) !== undefined
  return values.length > 1 ? (values.find(isToken) ?? values[0]) : values[0]
}

/** Tells the client of a write what to send when it reads. Nothing where there are no replicas, or nothing was written. */
export function tellingToken(
  response: RestResponse,
  { token }: Pick<Answer, 'token'>,
  headers: IncomingHttpHeaders,
  rules: CookieRules,
): RestResponse {
  if (token === undefined) return response
  const told: Record<string, string | string[]> = { ...response.headers, [TOKEN_HEADER]: token }
  if (rules.rest.consistencyCookieMs > 0) {
    const own = response.headers['set-cookie'] ?? [] // Of the database, in `response.headers`.
    told['set-cookie'] = [own, cookieOf(token, headers, rules)].flat()
  }
  return { ...response, headers: told }
}

/** The part of the rules that a cookie depends on. */
export interface CookieRules {
  readonly http: HttpRules
  readonly rest: RestRules
}

/** RFC 6265, section 4.1, and SameSite of its successor. */
function cookieOf(
  token: string,
  headers: IncomingHttpHeaders,
  { http, rest }: CookieRules,
): string {
  const seconds = Math.ceil(rest.consistencyCookieMs / 1_000)
  const isSecure =
    http.cookieSecure === 'auto' ? isForwardedTls(headers) : http.cookieSecure === 'always'
  const end = isSecure ? '; Secure' : ''
  return `${TOKEN_COOKIE}=${token}; Max-Age=${seconds}; Path=/; HttpOnly; SameSite=Lax${end}`
}

/**
 * Whether the proxy in front, which speaks TLS for this server, was asked over it. Nobody is trusted with it: who lies gets
 * a cookie that is no secret with another attribute.
 */
function isForwardedTls({ 'x-forwarded-proto': proto }: IncomingHttpHeaders): boolean {
  return /^\s*https\s*(?:,|$)/i.test(String(proto ?? ''))
}
