/** What the claims are judged by. */
export interface ClaimRules {
  readonly aud: readonly string[]
  readonly leewayMs: number
}

export type Claims = Readonly<Record<string, unknown>>

/**
 * Why these claims are refused at this moment, in PostgREST's words and order; undefined when they are fine. It runs
 * at every request, also for a remembered token, so it makes nothing.
 *
 * A claim that is null counts as absent. Times may have fractions (RFC 7519, section 2: NumericDate).
 */
export function refusalOf(claims: Claims, rules: ClaimRules, epochMs: number): string | undefined {
  const { exp, nbf, iat } = claims
  const now = Math.floor(epochMs / 1000)
  const leeway = rules.leewayMs / 1000
  if (isPresent(exp)) {
    if (typeof exp !== 'number') return "The JWT 'exp' claim must be a number"
    if (now - leeway > exp) return 'JWT expired'
  }
  if (isPresent(nbf)) {
    if (typeof nbf !== 'number') return "The JWT 'nbf' claim must be a number"
    if (now + leeway < nbf) return 'JWT not yet valid'
  }
  if (isPresent(iat)) {
    if (typeof iat !== 'number') return "The JWT 'iat' claim must be a number"
    if (now + leeway < iat) return 'JWT issued at future'
  }
  return audienceRefusal(claims['aud'], rules.aud)
}

/** No `aud`, null and an empty list mean everybody. */
function audienceRefusal(aud: unknown, accepted: readonly string[]): string | undefined {
  if (!isPresent(aud)) return undefined
  if (typeof aud === 'string') return accepts(accepted, aud) ? undefined : NOT_OURS
  if (!Array.isArray(aud) || !aud.every(isText)) {
    return "The JWT 'aud' claim must be a string or an array of strings"
  }
  return aud.length === 0 || aud.some(each => accepts(accepted, each)) ? undefined : NOT_OURS
}

const NOT_OURS = 'JWT not in audience'

function accepts(accepted: readonly string[], audience: string): boolean {
  return accepted.length === 0 || accepted.includes(audience)
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
