import { type ConsistencyToken, latestToken, parseConsistencyToken } from './consistency-token.ts'
import type { ReadNeed } from './routing.ts'

/** Header and cookie in which a client is given the token of its last write, and sends it back. */
export const TOKEN_HEADER = 's-tier-consistency'
export const TOKEN_COOKIE = 's_tier_consistency'

/** The headers that say how new an answer must be. */
export interface NeedHeaders {
  readonly [TOKEN_HEADER]?: string | readonly string[] | undefined
  readonly cookie?: string | undefined
  readonly prefer?: string | readonly string[] | undefined
}

/**
 * What a request asks for: the token of its header, or else of its cookies, and `Prefer: max-staleness=500ms` (or `5`, `5s`).
 * What is no token, and several that cannot be compared, send it to the primary.
 */
export function readNeedOf(headers: NeedHeaders): ReadNeed {
  const texts = textsIn(headers)
  const maxStalenessMs = stalenessIn(String(headers.prefer ?? ''))
  if (texts.length === 0) return { maxStalenessMs }
  const [first, ...others] = texts.map(parseConsistencyToken)
  const token = others.reduce(later, first)
  return token === undefined ? { primaryOnly: true } : { token, maxStalenessMs }
}

/** `Set-Cookie` for a token: out of reach of scripts, and of requests from other sites (RFC 6265). */
export function tokenCookie(token: string, maxAgeMs: number, isSecure: boolean): string {
  const attributes = `Max-Age=${Math.ceil(maxAgeMs / 1_000)}; Path=/; HttpOnly; SameSite=Lax`
  return `${TOKEN_COOKIE}=${token}; ${attributes}${isSecure ? '; Secure' : ''}`
}

function textsIn({ [TOKEN_HEADER]: header, cookie = '' }: NeedHeaders): readonly string[] {
  if (header !== undefined) return [String(header)]
  const pairs = cookie.split(';').map(part => part.trim())
  const ours = pairs.filter(pair => pair.startsWith(`${TOKEN_COOKIE}=`))
  return ours.map(pair => pair.slice(TOKEN_COOKIE.length + 1))
}

type Token = ConsistencyToken | undefined

function later(one: Token, other: Token): Token {
  return one === undefined || other === undefined ? undefined : latestToken(one, other)
}

const STALENESS = /(?:^|[,;])\s*max-staleness\s*=\s*"?(\d{1,9})(ms|s)?"?\s*(?=$|[,;])/i

function stalenessIn(prefer: string): number | undefined {
  const [, digits, unit] = STALENESS.exec(prefer) ?? []
  return digits === undefined ? undefined : Number(digits) * (unit === 'ms' ? 1 : 1_000)
}
