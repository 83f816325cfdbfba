import type { Buffer } from 'node:buffer'
import { CancelledError, ConnectionError, DatabaseError } from './errors.ts'
import { readFields, readRow } from './message-reader.ts'
import type { PreparedStatements } from './prepared-statements.ts'
import type { CancelSignal, Row, Step, StepResult } from './steps.ts'

/** `I` outside a transaction, `T` inside one, `E` inside one that has failed. */
export type TransactionStatus = 'I' | 'T' | 'E'

const QUERY_CANCELED = '57014'
/** invalid_sql_statement_name, duplicate_prepared_statement: the server knows other statements than we think. */
const STALE_STATEMENT = new Set(['26000', '42P05'])
/** The routine of the server that refuses a plan whose columns have changed since (0A000, which means much else). */
const STALE_PLAN = 'RevalidateCachedQuery'
const STATUSES: Readonly<Record<number, TransactionStatus>> = Object.freeze({
  69: 'E',
  73: 'I',
  84: 'T',
})
const nothing: StepResult = Object.freeze([])

/** What came of a message: read on, over with this status, or not a message that belongs here. */
export type Progress = 'more' | 'foreign' | TransactionStatus

/** The answer to one batch, as it arrives. */
export class Batch {
  readonly promise: Promise<readonly StepResult[]>
  readonly signal: CancelSignal | undefined
  readonly #steps: readonly Step[]
  readonly #statements: PreparedStatements
  readonly #results: StepResult[] = []
  readonly #parsing: readonly Step[]
  #parsed = 0
  #rows: Row[] | undefined = undefined
  #error: DatabaseError | undefined = undefined
  #resolve: (results: readonly StepResult[]) => void = ignore
  #reject: (error: Error) => void = ignore

  /** `parsing`: the steps whose statements are prepared on the way, in that order. */
  constructor(
    steps: readonly Step[],
    parsing: readonly Step[],
    statements: PreparedStatements,
    signal: CancelSignal | undefined,
  ) {
    this.#steps = steps
    this.#parsing = parsing
    this.#statements = statements
    this.signal = signal
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** PostgreSQL: "Message Formats". */
  take(code: number, bytes: Buffer, start: number, end: number): Progress {
    switch (code) {
      case 50: // BindComplete
      case 51: // CloseComplete
        return 'more'
      case 68: // DataRow
        if (!this.#step().discard) (this.#rows ??= []).push(readRow(bytes, start))
        return 'more'
      case 67: // CommandComplete
      case 73: // EmptyQueryResponse
        this.#results.push(this.#rows ?? nothing)
        this.#rows = undefined
        return 'more'
      case 49: // ParseComplete
        this.#confirm()
        return 'more'
      case 90: // ReadyForQuery
        return STATUSES[bytes[start] as number] ?? 'foreign'
      case 69: // ErrorResponse
        this.#fail(readFields(bytes, start, end))
        return 'more'
      default:
        return 'foreign'
    }
  }

  /** The server is done with it. `isCancelled`: at our request. */
  finish(isCancelled: boolean): void {
    const error = this.#error
    if (error === undefined) {
      this.#resolve(this.#results)
      return
    }
    this.#reject(isCancelled && error.code === QUERY_CANCELED ? new CancelledError() : error)
  }

  /** The connection is gone; the server may have said why before it closed. */
  fail(cause: unknown, isCancelled: boolean): void {
    const reason = this.#error ?? cause
    this.#reject(isCancelled ? new CancelledError() : new ConnectionError('PGRST001', reason))
  }

  #step(): Step {
    return this.#steps[this.#results.length] as Step
  }

  #fail(fields: ReadonlyMap<string, string>): void {
    this.#error = databaseError(fields, this.#results.length)
    if (STALE_STATEMENT.has(this.#error.code) || fields.get('R') === STALE_PLAN) {
      this.#statements.forgetAll()
    }
  }

  #confirm(): void {
    const step = this.#parsing[this.#parsed++] as Step
    if (step.name !== '') this.#statements.add(step.name, step.text)
  }
}

function databaseError(fields: ReadonlyMap<string, string>, step: number): DatabaseError {
  return new DatabaseError(
    {
      severity: fields.get('V') ?? fields.get('S') ?? 'ERROR',
      code: fields.get('C') ?? 'XX000',
      message: fields.get('M') ?? '',
      detail: fields.get('D'),
      hint: fields.get('H'),
      schema: fields.get('s'),
      table: fields.get('t'),
      column: fields.get('c'),
      constraint: fields.get('n'),
    },
    step,
  )
}

/** Until the promise of a batch has made its own. */
function ignore(): void {}
