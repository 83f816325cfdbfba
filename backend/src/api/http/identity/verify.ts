import { TOKEN_ERROR_CODES } from 'fast-jwt'
import { partsOf } from './bearer.ts'
import type { Claims } from './claims.ts'
import { ClaimsError, TokenError } from './errors.ts'
import type { VerificationKey } from './keys.ts'

/** A token taken apart, nothing of it believed yet. */
export interface UncheckedToken {
  readonly text: string
  readonly algorithm: string
  readonly kid: string | undefined
}

/** The claims of a token whose signature is right. */
export interface SignedClaims {
  readonly claims: Claims
  /** Their JSON text as the issuer wrote it, so that numbers keep all their digits. */
  readonly text: string
}

/** Throws PGRST301 for what is no signed token. `alg: none` is refused here, before any key is looked at. */
export function parseToken(text: string): UncheckedToken {
  if (text === '') throw new TokenError('Empty JWT is sent in Authorization header')
  const parts = partsOf(text)
  if (parts !== 3) throw new TokenError(`Expected 3 parts in JWT; got ${parts}`)
  const { alg, kid } = headerOf(text.slice(0, text.indexOf('.')))
  if (typeof alg !== 'string') throw new TokenError(UNREADABLE)
  if (alg.toLowerCase() === 'none') {
    const details = "JWT is unsecured but expected 'alg' was not 'none'"
    throw new TokenError('Wrong or unsupported encoding algorithm', details)
  }
  return { text, algorithm: alg, kid: typeof kid === 'string' ? kid : undefined }
}

const UNREADABLE = 'JWT cryptographic operation failed'

function headerOf(part: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    if (typeof header === 'object' && header !== null) return { ...header }
  } catch {
    // Falls through: it is no JSON.
  }
  throw new TokenError(UNREADABLE)
}

/** The keys that may have signed it: made for its algorithm and, when it names a key, of that name. */
export function keysFor(
  token: UncheckedToken,
  keys: readonly VerificationKey[],
): readonly VerificationKey[] {
  return keys.filter(
    ({ kid, algorithms }) =>
      (token.kid === undefined || token.kid === kid) &&
      algorithms.some(algorithm => algorithm === token.algorithm),
  )
}

/** The claims, if one of the keys made the signature. Otherwise throws PGRST301, or PGRST303 when they are no object. */
export function verifyToken(token: UncheckedToken, keys: readonly VerificationKey[]): SignedClaims {
  if (keys.length === 0) throw keyError('No suitable key was found to decode the JWT')
  for (const key of keys) {
    const claims = claimsIfSigned(token.text, key)
    if (claims !== undefined) return { claims, text: payloadOf(token.text) }
  }
  throw keyError('None of the keys was able to decode the JWT')
}

function keyError(details: string): TokenError {
  return new TokenError('No suitable key or wrong key type', details)
}

function claimsIfSigned(token: string, key: VerificationKey): Claims | undefined {
  try {
    return key.verify(token) as Claims // fast-jwt has refused anything but an object.
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === TOKEN_ERROR_CODES.invalidPayload) throw new ClaimsError('Parsing claims failed')
    if (NOT_THIS_KEY.includes(code)) return undefined
    throw new TokenError(UNREADABLE)
  }
}

const NOT_THIS_KEY: readonly unknown[] = [
  TOKEN_ERROR_CODES.invalidSignature,
  TOKEN_ERROR_CODES.missingSignature,
  TOKEN_ERROR_CODES.verifyError,
]

function payloadOf(token: string): string {
  const part = token.slice(token.indexOf('.') + 1, token.lastIndexOf('.'))
  return Buffer.from(part, 'base64url').toString('utf8')
}
