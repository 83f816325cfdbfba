import type { RequestHeaders } from './types.ts'

/**
 * The token of a request: what follows `Bearer` in `Authorization` (empty when nothing follows), otherwise an
 * `apikey` that looks like a token, as Supabase's clients send. With both, `Authorization` wins. Keys of another
 * form (`sb_publishable_…`) identify nobody.
 */
export function tokenOf(headers: RequestHeaders): string | undefined {
  const { authorization, apikey } = headers
  if (typeof authorization === 'string' && isBearer(authorization)) {
    return authorization.slice(SCHEME.length).trimStart()
  }
  if (typeof apikey === 'string' && partsOf(apikey) === 3) return apikey
  return undefined
}

/** How many parts a token has: a signed one has three. */
export function partsOf(token: string): number {
  let parts = 1
  for (let at = token.indexOf('.'); at !== -1; at = token.indexOf('.', at + 1)) parts++
  return parts
}

const SCHEME = 'bearer'

/** The scheme's case does not matter (RFC 9110, section 11.1). */
function isBearer(authorization: string): boolean {
  if (authorization.startsWith('Bearer ')) return true
  const after = authorization.charAt(SCHEME.length)
  return (
    (after === '' || after === ' ' || after === '\t') &&
    authorization.slice(0, SCHEME.length).toLowerCase() === SCHEME
  )
}
