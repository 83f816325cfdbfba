// The HTTP floor that every API stands on: limits, headers, errors, and in whose name a request runs.
export {
  checkSecret,
  createIdentity,
  type Identity,
  type IdentityEvent,
  type IdentityOptions,
  type IdentityService,
  JWT_CHECKS,
  JWT_DEFAULTS,
  type JwtOptions,
  type JwtRules,
  type RequestHeaders,
  signToken,
} from './identity/index.ts'
export { HTTP_CHECKS, HTTP_DEFAULTS, type HttpOptions, type HttpRules } from './options.ts'
export { createHttpApp } from './app.ts'
export { createClientAddress } from './guard/client-address.ts'
export { type Asked, type ExpectedCosts, Guard, type GuardParts } from './guard/guard.ts'
export { securitySecret } from './guard/secret.ts'
export { type Change, type OperatorRequest, Operators } from './guard/operators.ts'
export { type RouteGuard, rowsIn } from './guard/hooks.ts'
export type { Destination } from './guard/subject.ts'
export type { Remark, Sought, Visit } from './guard/visit.ts'
export type { HeaderList } from './cors.ts'
export { adminPlaceOf, listen, type Place } from './listen.ts'
export type { HttpEvent } from './events.ts'
export { isKnownTo } from './if-none-match.ts'
export { bodyBeside, headerBytes, headerText, isHeader } from './header-text.ts'
export type { Shortcut } from './shortcut.ts'
export { ContentTypeError, UnknownPathError, UnsupportedMethodError } from './request-errors.ts'
