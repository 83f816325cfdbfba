// The ground floor: errors, clock, SQL text, observation, assertions. No I/O and no dependencies, so that every
// room may stand on it.
export { assert, BugError, unreachable } from './assert.ts'
export { type Clock, systemClock } from './clock.ts'
export { editDistance } from './edit-distance.ts'
export { type ErrorParts, STierError } from './errors.ts'
export { isNetwork, networkMatcher, networkOf } from './ip.ts'
export { isObject, jsonOf, objectOf } from './json-object.ts'
export { nearest } from './options-nearest.ts'
export * as option from './options.ts'
export { flagOf, variableOf } from './options-names.ts'
export { ignoreEvents, type Observation, type Observer } from './observe.ts'
export { createSecondChanceCache, type SecondChanceCache } from './second-chance-cache.ts'
export { createSingleFlight, type SingleFlight } from './single-flight.ts'
export {
  createSlidingHistogram,
  type SlidingHistogram,
  type SlidingHistogramSetup,
} from './sliding-histogram.ts'
export {
  clauses,
  identifier,
  integer,
  join,
  list,
  literal,
  type Parameter,
  parameter,
  Sql,
  type SqlPart,
  sql,
  storedExpression,
} from './sql.ts'
