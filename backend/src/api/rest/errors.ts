import { STierError } from '../../base/index.ts'

/** One object was asked for and there were none or several. The code and words are PostgREST's. */
export class SingularityError extends STierError {
  readonly code = 'PGRST116'
  readonly status = 406

  constructor(rows: number) {
    super('Cannot coerce the result to a single JSON object', {
      details: `The result contains ${rows} rows`,
    })
  }
}

/** A body that cannot be read, or does not say what is needed. The code is PostgREST's. */
export class InvalidBodyError extends STierError {
  readonly code = 'PGRST102'
  readonly status = 400
}

/** More rows than `Prefer: max-affected` allows. The code and words are PostgREST's. */
export class MaxAffectedError extends STierError {
  readonly code = 'PGRST124'
  readonly status = 400

  constructor(rows: number) {
    super('Query result exceeds max-affected preference constraint', {
      details: `The query affects ${rows} rows`,
    })
  }
}

/** The database left something in `response.headers` that is no list of headers. */
export class BadResponseHeadersError extends STierError {
  readonly code = 'PGRST111'
  readonly status = 500

  constructor() {
    super(
      'response.headers guc must be a JSON array composed of objects with a single key and a string value',
    )
  }
}

/** The database left something in `response.status` that is no HTTP status. */
export class BadResponseStatusError extends STierError {
  readonly code = 'PGRST112'
  readonly status = 500

  constructor() {
    super('response.status guc must be a valid status code')
  }
}
