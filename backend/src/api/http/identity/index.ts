// In whose name a request runs: its token, checked once and remembered; its role and claims.
export { tokenOf } from './bearer.ts'
export { ClaimsError, TokenError } from './errors.ts'
export type { IdentityEvent } from './events.ts'
export { createIdentity, type IdentityOptions, type IdentityParts } from './identity.ts'
export { JWT_CHECKS, JWT_DEFAULTS, type JwtOptions, type JwtRules } from './options.ts'
export { checkSecret, secretIn } from './open-key-source.ts'
export { signToken } from './sign.ts'
export type { Identity, IdentityService, RequestHeaders } from './types.ts'
