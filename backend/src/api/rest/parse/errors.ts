import { STierError } from '../../../base/index.ts'

/** A parameter of the query string that the grammar does not allow, with the place and what could stand there. */
export class QuerySyntaxError extends STierError {
  readonly code = 'PGRST100'
  readonly status = 400

  constructor(subject: string, place: string, details: string, hint?: string) {
    super(`"failed to parse ${subject}" ${place}`, { details, hint })
  }
}

/** Rows that cannot be given: a negative limit, an upside-down Range header, or an offset behind the last row. */
export class UnsatisfiableRangeError extends STierError {
  readonly code = 'PGRST103'
  readonly status = 416

  constructor(details: string, headers: Readonly<Record<string, string>> = {}) {
    super('Requested range not satisfiable', { details, headers })
  }
}

/** No media type of the Accept header can be made here. */
export class NotAcceptableError extends STierError {
  readonly code = 'PGRST107'
  readonly status = 406

  constructor(asked: readonly string[], hint?: string) {
    super(`None of these media types are available: ${asked.join(', ')}`, { hint })
  }
}

/** `Prefer: handling=strict` beside preferences that nobody here understands. */
export class InvalidPreferencesError extends STierError {
  readonly code = 'PGRST122'
  readonly status = 400

  constructor(invalid: readonly string[]) {
    const details = `Invalid preferences: ${invalid.join(', ')}`
    super('Invalid preferences given with handling=strict', { details })
  }
}

/** Embeds or conditions inside each other beyond the limit. */
export class QueryTooDeepError extends STierError {
  readonly code = 'ST110'
  readonly status = 400

  constructor(depthMax: number) {
    const hint = 'Ask for less at once, or use a view or function.'
    super(`The query is nested deeper than ${depthMax} levels`, { hint })
  }
}

/** More selected items, conditions and order terms than the limit. */
export class QueryTooLargeError extends STierError {
  readonly code = 'ST111'
  readonly status = 400

  constructor(nodesMax: number) {
    const hint = 'Ask for less at once, or use in.(…) instead of many conditions.'
    super(`The query has more than ${nodesMax} parts`, { hint })
  }
}

/** The query string is no percent-encoded UTF-8, or holds a NUL, which PostgreSQL's text cannot. */
export class QueryEncodingError extends STierError {
  readonly code = 'ST112'
  readonly status = 400

  constructor(details: string) {
    super('The query string cannot be read', { details })
  }
}
