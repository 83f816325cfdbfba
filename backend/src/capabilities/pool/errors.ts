import { type ErrorParts, STierError } from '../../base/index.ts'

/**
 * No connection became free in time. PostgREST: references/errors, PGRST003. `retryAfterS`: until those who wait now will
 * have been served.
 */
export class PoolTimeoutError extends STierError {
  readonly code = 'PGRST003'
  readonly status = 504

  constructor(waitedMs: number, retryAfterS = 1) {
    super('Timed out acquiring connection from connection pool.', {
      details: `Waited ${Math.round(waitedMs)} ms for a free connection`,
      hint: 'Try again; if it persists, raise pool.sizeMin or pool.sizeMax, or look for slow queries.',
      headers: { 'retry-after': String(retryAfterS) },
    })
  }
}

/** So many callers wait already that one more would only wait in vain. `retryAfterS`: as above. */
export class PoolQueueFullError extends STierError {
  readonly code = 'ST510'
  readonly status = 503

  constructor(queueMax: number, retryAfterS = 1) {
    super('Too many requests are waiting for a database connection', {
      details: `${queueMax} are waiting, which is pool.queueMax`,
      hint: `Try again in ${retryAfterS} s.`,
      headers: { 'retry-after': String(retryAfterS) },
    })
  }
}

/**
 * The caller's deadline passed while it waited for a connection, or while its statement ran: that was cancelled, and
 * whether it had already been committed is not known.
 */
export class DeadlineError extends STierError {
  readonly code = 'ST514'
  readonly status = 504

  /** `cause`: how what was sent ended. Undefined: nothing was sent, or nothing can have come to stay. */
  constructor(cause?: unknown) {
    super('The deadline of the request has passed', {
      details: 'What still ran for it in the database was cancelled',
      hint: 'Ask for less, or allow more time.',
      headers: { 'retry-after': '1' },
      cause,
    })
  }
}

/** Asked for a connection after the pool was told to end. */
export class PoolEndedError extends STierError {
  readonly code = 'ST511'
  readonly status = 503

  constructor() {
    super('The server is shutting down', {
      hint: 'Try again; another server will answer.',
      headers: { 'retry-after': '1' },
    })
  }
}

/** The caller has gone; nobody will read this. 499 is what logs call that (after nginx). */
export class CancelledError extends STierError {
  readonly code = 'ST512'
  readonly status = 499

  /** `cause`: as of `DeadlineError`. */
  constructor(cause?: unknown) {
    super('The request was cancelled by its client', { cause })
  }
}

/**
 * One row of the answer is larger than the server takes. It is not read, and what follows it cannot be found without
 * reading it: its connection is closed.
 */
export class AnswerTooLargeError extends STierError {
  readonly code = 'ST513'
  readonly status = 500

  constructor(bytes: number, bytesMax: number) {
    super('The answer of the database is too large', {
      details: `It has ${bytes} bytes in one row, and pool.answerBytesMax is ${bytesMax}`,
      hint: 'Ask for less at once with limit, or set database.rowsMax.',
    })
  }
}

/**
 * The database cannot be reached (PGRST000) or went away while it worked (PGRST001).
 * PostgREST: references/errors, group 0. Where and why is in `cause`, which is for logs.
 */
export class ConnectionError extends STierError {
  readonly code: 'PGRST000' | 'PGRST001'
  readonly status = 503

  constructor(code: 'PGRST000' | 'PGRST001', cause: unknown) {
    super(
      code === 'PGRST000'
        ? 'Database connection error. Retrying the connection.'
        : 'Database client error. Retrying the connection.',
      { headers: { 'retry-after': '1' }, cause },
    )
    this.code = code
  }
}

/** The fields of PostgreSQL's ErrorResponse that are told: never the text of the query or its position. */
export interface DatabaseErrorFields {
  readonly severity: string
  /** SQLSTATE. */
  readonly code: string
  readonly message: string
  readonly detail: string | undefined
  readonly hint: string | undefined
  readonly schema: string | undefined
  readonly table: string | undefined
  readonly column: string | undefined
  readonly constraint: string | undefined
}

/** PostgreSQL refused or failed. `code` is its SQLSTATE; a front end derives its own status from that. */
export class DatabaseError extends STierError {
  readonly code: string
  readonly status = 500
  readonly severity: string
  readonly schema: string | undefined
  readonly table: string | undefined
  readonly column: string | undefined
  readonly constraint: string | undefined
  /** Index of the step of a batch that failed; the number of steps when the commit did. */
  readonly step: number | undefined

  constructor(fields: DatabaseErrorFields, step?: number) {
    super(fields.message, partsOf(fields))
    this.code = fields.code
    this.severity = fields.severity
    this.schema = fields.schema
    this.table = fields.table
    this.column = fields.column
    this.constraint = fields.constraint
    this.step = step
  }

  /** The server ends the connection after telling this. */
  get isFatal(): boolean {
    return this.severity === 'FATAL' || this.severity === 'PANIC'
  }
}

function partsOf({ code, detail, hint }: DatabaseErrorFields): ErrorParts {
  return { details: detail, hint: hint ?? POOLER_HINTS[code] }
}

const forgotten = 'Behind a connection pooler in transaction mode, set pool.prepare to false.'
const POOLER_HINTS: Readonly<Record<string, string>> = Object.freeze({
  '26000': forgotten, // invalid_sql_statement_name
  '42P05': forgotten, // duplicate_prepared_statement
})
