import { Claims } from '../../../query/cacheability/index.ts'
import type { Identity } from '../../http/index.ts'

const known = new WeakMap<Identity, Claims>()

/** The claims of an identity: one object for as long as it lives, since parts of keys are remembered in it. */
export function claimsOf(identity: Identity): Claims {
  const before = known.get(identity)
  if (before !== undefined) return before
  const claims = new Claims(identity.claimsText)
  known.set(identity, claims)
  return claims
}
