// PostgREST's dialect as it arrives: query string and headers become protocol-neutral values. Pure functions in linear
// time that fail with coded errors of status 4xx and nothing else. docs/reference/url-grammar.md describes the grammar.
export type { TargetName } from './address.ts'
export { cookiesJson, cookiesWithout, cookieValues } from './cookies.ts'
export { QUERY_LIMIT_DEFAULTS, type QueryLimitOptions, type QueryLimits } from './draft.ts'
export {
  InvalidPreferencesError,
  NotAcceptableError,
  QueryEncodingError,
  QuerySyntaxError,
  QueryTooDeepError,
  QueryTooLargeError,
  UnsatisfiableRangeError,
} from './errors.ts'
export {
  contentTypeOf,
  type MediaRequest,
  mediaTypeOf,
  type PlainMedia,
  type PlanMedia,
  type PlanOption,
} from './media.ts'
export { type MediaHandlers, type MediaOffer, negotiate } from './negotiate.ts'
export { hasOperator } from './operators.ts'
export { contentRange, describePage, type Page } from './page.ts'
export {
  NO_PREFERENCES,
  type PreferenceOptions,
  type Preferences,
  parsePrefer,
  preferenceApplied,
} from './preferences.ts'
export { type Profile, type ProfileHeaders, parseProfile } from './profile.ts'
export { parseQuery } from './query.ts'
export { arrayLiteral } from './quoted.ts'
export { ALL_ROWS, parseRange, type RowRange } from './range.ts'
export type { Argument, ParsedQuery, QueryOptions, QueryRead } from './types.ts'
