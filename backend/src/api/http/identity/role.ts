import { assert } from '../../../base/index.ts'
import type { Claims } from './claims.ts'
import { ClaimsError } from './errors.ts'
import { parseClaimPath } from './path/claim-path.ts'
import type { Identity } from './types.ts'
import type { SignedClaims } from './verify.ts'

/** The role that claims name; undefined when they name none. */
export type RoleOf = (claims: Claims) => string | undefined

/** Finds the role where `jwt.roleClaimKey` says. Anything but a text is taken as its JSON, as PostgREST does. */
export function roleReader(roleClaimKey: string): RoleOf {
  const path = parseClaimPath(roleClaimKey)
  assert(path, `jwt.roleClaimKey was checked to be a path: ${roleClaimKey}`)
  return claims => {
    const found = path(claims)
    if (found === undefined) return undefined
    const role = typeof found === 'string' ? found : JSON.stringify(found)
    refuseNone(role)
    return role === '' ? undefined : role
  }
}

/**
 * PostgreSQL reserves the name: `set role none` goes back to the role that logged in, which may be allowed more than any
 * role of the API.
 */
function refuseNone(role: string): void {
  if (role === 'none') throw new ClaimsError("The JWT role claim must not be 'none'")
}

/** The identity of a token whose role is known. */
export function identityOf(signed: SignedClaims, role: string, anonymous: boolean): Identity {
  const isNamed = signed.claims['role'] === role
  const claims = Object.freeze(isNamed ? signed.claims : { ...signed.claims, role })
  const { exp } = claims
  return Object.freeze({
    role,
    claims,
    claimsText: isNamed ? signed.text : JSON.stringify(claims),
    anonymous,
    ...(typeof exp === 'number' && { expiresAt: exp * 1000 }),
  })
}

/** The identity of a request without a token. */
export function anonymousIdentity(role: string): Identity {
  return identityOf({ claims: { role }, text: JSON.stringify({ role }) }, role, true)
}
