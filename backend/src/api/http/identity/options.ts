import { option } from '../../../base/index.ts'
import { isClaimPath } from './path/claim-path.ts'

/** How tokens are checked. The names follow PostgREST's `jwt-…` settings where it has one. */
export interface JwtOptions {
  /**
   * What signatures are checked with: a secret text of at least 32 bytes (HS256, HS384, HS512), a public key in PEM, a
   * JSON Web Key or a set of them, `@` and the path of a file that holds one of these, or the `https://` URL of a JSON
   * Web Key Set. Default: none, and requests with a token answer PGRST300.
   */
  secret?: string | undefined
  /** The secret, or the file's content, is base64 (or base64url) of the real one. Default false. */
  secretIsBase64?: boolean
  /**
   * Audiences that tokens may be for: a token's `aud` must hold one of them. A token without `aud` is for everybody.
   * Default: none, and every audience is accepted.
   */
  aud?: readonly string[]
  /**
   * Where the role stands among the claims: a JSON Path (RFC 9535) such as `$.app_metadata.roles[0]`, or PostgREST's
   * older notation such as `.app_metadata.roles[0]`. The first match counts. Default `$.role`.
   */
  roleClaimKey?: string
  /** How far clocks may differ when `exp`, `nbf` and `iat` are judged, in milliseconds. Default 30_000. */
  leewayMs?: number
  /** Checked tokens that are remembered; 0 remembers none. Default 1_000. */
  cacheEntriesMax?: number
  /**
   * How long a checked token is remembered, in milliseconds; then its signature is checked again. 0 remembers none. Default:
   * no limit but `cacheEntriesMax`; its dates are judged at each use, and all are forgotten when the keys change.
   */
  cacheLifetimeMs?: number | undefined
  /** Age of fetched keys from which a token with an unknown `kid` fetches them again, in milliseconds. Default 10_000. */
  keysAgeMsMin?: number
  /** Age at which fetched keys are fetched again in any case, in milliseconds. Default 600_000. */
  keysAgeMsMax?: number
}
export type JwtRules = Readonly<Required<JwtOptions>>
export const JWT_DEFAULTS: JwtRules = Object.freeze({
  secret: undefined,
  secretIsBase64: false,
  aud: Object.freeze([]),
  roleClaimKey: '$.role',
  leewayMs: 30_000,
  cacheEntriesMax: 1_000,
  cacheLifetimeMs: undefined,
  keysAgeMsMin: 10_000,
  keysAgeMsMax: 600_000,
})
export const JWT_CHECKS: option.Checks<JwtOptions> = Object.freeze({
  secret: option.secret(),
  secretIsBase64: option.flag(),
  aud: option.listOf(option.text()),
  roleClaimKey: option.text({ expects: 'a JSON Path such as $.role', accepts: isClaimPath }),
  leewayMs: option.duration({ min: 0, max: 300_000 }),
  cacheEntriesMax: option.integer({ min: 0, max: 1_000_000 }),
  cacheLifetimeMs: option.duration({ min: 0, max: 2_592_000_000 }),
  keysAgeMsMin: option.duration({ min: 1_000, max: 3_600_000 }),
  keysAgeMsMax: option.duration({ min: 1_000, max: 86_400_000 }),
})
