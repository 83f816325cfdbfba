import type { Buffer } from 'node:buffer'
import {
  databaseErrorOf,
  type ErrorFields,
  isDuplicateStatement,
  isLostStatement,
  isStaleStatement,
} from './error-response.ts'
import { AnswerTooLargeError, ConnectionError, type DatabaseError } from './errors.ts'
import { type Interruption, interruptionError, isOfCancel } from './interruption.ts'
import { readFields, readRow } from './message-reader.ts'
import type { PreparedStatements } from './prepared-statements.ts'
import type { CancelSignal, Row, Step, StepResult } from './steps.ts'

/** `I` outside a transaction, `T` inside one, `E` inside one that has failed. */
export type TransactionStatus = 'I' | 'T' | 'E'

/** Ends a transaction, or may do so inside: what stands before it may have come to stay. */
const END_OF_TRANSACTION = /^\s*(commit|end|rollback|abort|prepare\s+transaction|call|do)\b/i
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
  readonly steps: readonly Step[]
  readonly #statements: PreparedStatements
  #results: StepResult[] = []
  #parsing: readonly Step[]
  #parsed = 0
  #bound = 0
  #isRepetition = false
  #undoing = 0
  #isRefused = false
  #hasLostStatement = false
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
    this.steps = steps
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
        this.#bound++
        return 'more'
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

  /**
   * The server did not begin the step that failed, as it does not know its statement as we do, and nothing of the steps
   * before is left: if it can be rolled back, the same steps may be sent again. Once only, and only while it is wanted.
   */
  get isRefused(): boolean {
    return this.#isRefused && !this.#isRepetition && this.signal?.aborted !== true
  }

  /** It is sent again, after so many steps that undo the first try; `parsing` as for the first time. */
  repeat(parsing: readonly Step[], undoing: number): void {
    this.#parsing = parsing
    this.#undoing = undoing
    this.#parsed = 0
    this.#bound = 0
    this.#results = []
    this.#rows = undefined
    this.#error = undefined
    this.#isRepetition = true
  }

  /** A statement of it was not prepared on the server as it should have been. */
  get hasLostStatement(): boolean {
    return this.#hasLostStatement
  }

  /** The server is done with it. `interruption`: why we asked it to stop. */
  finish(interruption: Interruption | undefined): void {
    const error = this.#error
    if (error === undefined || this.#isInExtra) {
      this.#resolve(this.#undoing > 0 ? this.#results.slice(this.#undoing) : this.#results)
    } else if (interruption !== undefined && isOfCancel(error)) {
      this.#reject(interruptionError(interruption, error))
    } else {
      this.#reject(error)
    }
  }

  /** The connection is gone; the server may have said why before it closed. */
  fail(cause: unknown, interruption: Interruption | undefined): void {
    if (this.#isInExtra) this.#resolve(this.#results.slice(this.#undoing))
    else if (interruption !== undefined) this.#reject(interruptionError(interruption, cause))
    else if (cause instanceof AnswerTooLargeError) this.#reject(cause)
    else this.#reject(new ConnectionError('PGRST001', this.#error ?? cause))
  }

  get #done(): number {
    return this.#results.length - this.#undoing
  }

  #step(): Step {
    return this.steps[this.#done] as Step
  }

  get #isInExtra(): boolean {
    return this.steps[this.#done]?.isExtra === true
  }

  #fail(fields: ErrorFields): void {
    const failed = this.#done
    this.#error = databaseErrorOf(fields, failed)
    if (isLostStatement(fields)) this.#hasLostStatement = true
    if (!isStaleStatement(fields)) return
    this.#statements.forgetAll()
    const parsing = this.#parsing[this.#parsed]
    if (isDuplicateStatement(fields) && parsing !== undefined) this.#statements.disown(parsing.name)
    this.#isRefused = this.#bound === failed && this.#isUndone(failed)
  }

  /** Whether an error at this step, rather than at the commit after the last, undid all steps before it. */
  #isUndone(failed: number): boolean {
    const done = this.steps.slice(0, failed)
    return failed < this.steps.length && !done.some(({ text }) => END_OF_TRANSACTION.test(text))
  }

  #confirm(): void {
    const step = this.#parsing[this.#parsed++] as Step
    if (step.name !== '') this.#statements.add(step.name, step.text)
  }
}

/** Until the promise of a batch has made its own. */
function ignore(): void {}
