import type { Buffer } from 'node:buffer'
import { Buffer as Bytes } from 'node:buffer'
import type pg from 'pg'
import { assert, BugError } from '../../base/index.ts'
import { Batch, type TransactionStatus } from './batch.ts'
import { sendCancel } from './cancel.ts'
import { cancelTargetOf, takeOver } from './driver.ts'
import { ConnectionError } from './errors.ts'
import { MessageReader } from './message-reader.ts'
import { MessageWriter } from './message-writer.ts'
import { endClient } from './open-client.ts'
import { CANCEL_GRACE_MS } from './options.ts'
import { PreparedStatements } from './prepared-statements.ts'
import { queryClient } from './query-client.ts'
import type { CancelSignal, Queryable, Step, StepResult } from './steps.ts'
import type { Target } from './target.ts'

/** One connection in the hands of one caller. */
export interface Connection extends Queryable {
  /** PostgreSQL's process on the other side. */
  readonly processId: number
  /**
   * Runs the steps in one round trip: every statement, one Sync. Without an explicit `begin` they are one transaction,
   * committed when all succeed and rolled back when one fails. Throws `DatabaseError`, with the failed step;
   * `CancelledError` when `signal` was aborted in time; `ConnectionError` when the connection is lost;
   * `AnswerTooLargeError` for a row of more than `answerBytesMax`.
   *
   * A transaction that fails because the server no longer has a statement as it was prepared (after `deallocate` or
   * `alter table`) is undone and run once more; nobody sees the first try.
   *
   * Not for: COPY, savepoints outside an explicit transaction, several statements in one text.
   */
  batch(steps: readonly Step[], signal?: CancelSignal): Promise<readonly StepResult[]>
}

export interface ConnectionSetup {
  readonly client: pg.Client
  readonly target: Target
  readonly statementsMax: number
  readonly prepare: boolean
  readonly answerBytesMax: number
  /** On the pool's clock. */
  readonly expiresAt: number
  /** Called when a batch begins whose caller may go: `cancelIfAbandoned` wants to be called now and then. */
  readonly onWatched: () => void
}

/**
 * A logged-in client of `pg` whose wire we read and write ourselves while a batch runs: `pg` connects, authenticates
 * and answers `query`, our batch needs a third of the CPU. Everything that is not the answer to a batch goes to `pg`.
 */
export class PooledConnection implements Connection {
  readonly processId: number
  /** On the pool's clock. */
  readonly expiresAt: number
  freeSince = 0
  readonly #client: pg.Client
  readonly #target: Target
  readonly #prepare: boolean
  readonly #statements: PreparedStatements
  readonly #onWatched: () => void
  readonly #writer = new MessageWriter()
  readonly #forward: (bytes: Buffer) => void
  #batch: Batch | undefined = undefined
  #status: TransactionStatus = 'I'
  #lost: Error | undefined = undefined
  #cancelledAt: number | undefined = undefined
  #cancelling: Promise<void> | undefined = undefined

  constructor({ client, target, ...setup }: ConnectionSetup) {
    this.#client = client
    this.#target = target
    this.#prepare = setup.prepare
    this.#statements = new PreparedStatements(setup.statementsMax)
    this.#onWatched = setup.onWatched
    this.expiresAt = setup.expiresAt
    this.processId = cancelTargetOf(client, target).processId
    const reader = new MessageReader(setup.answerBytesMax, (code, bytes, start, end) =>
      this.#take(code, bytes, start, end),
    )
    this.#forward = takeOver(client, bytes => reader.read(bytes))
  }

  /** Calls back once when the connection is lost, for whatever reason but `end`. */
  onLost(callback: (error: Error) => void): void {
    const lost = (error: Error) => {
      if (this.#lost !== undefined) return
      this.#lost = error
      this.#endBatch()?.fail(error, this.#cancelledAt !== undefined)
      callback(error)
    }
    this.#client.on('error', lost)
    this.#client.on('end', () => lost(new Error('Connection terminated')))
  }

  get isLost(): boolean {
    return this.#lost !== undefined
  }

  /** Free for the next caller: no transaction open, no statement running, no cancel request under way. */
  get isClean(): boolean {
    return this.#status === 'I' && this.#batch === undefined && this.#cancelling === undefined
  }

  batch(steps: readonly Step[], signal?: CancelSignal): Promise<readonly StepResult[]> {
    // A cancel request that came too late for the batch before would end this one.
    if (this.#cancelling !== undefined) {
      return this.#cancelling.then(() => this.batch(steps, signal))
    }
    try {
      return this.#send(steps, signal).promise
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new BugError(String(error)))
    }
  }

  /** Goes through the driver: for the few statements whose values are wanted in JavaScript's types. */
  async query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]> {
    await this.#cancelling
    assert(this.#batch === undefined, 'one statement at a time')
    try {
      return await queryClient(this.#client, text, values)
    } finally {
      this.#status = this.#client.getTransactionStatus() ?? 'E'
    }
  }

  /** Cancels what runs if its caller has gone; ends the connection if that does not help. True: a cancel was sent. */
  cancelIfAbandoned(now: number): boolean {
    const batch = this.#batch
    if (batch?.signal?.aborted !== true) return false
    if (this.#cancelledAt === undefined) {
      this.#cancelledAt = now
      this.#cancelling = this.#cancel()
      return true
    }
    if (now - this.#cancelledAt > CANCEL_GRACE_MS) this.destroy()
    return false
  }

  /** Somebody may lose interest in what runs here. */
  get isWatched(): boolean {
    return this.#batch?.signal !== undefined
  }

  /** Makes it free for the next caller; false when it is not to be used again. */
  async clean(): Promise<boolean> {
    await this.#cancelling
    if (this.#batch !== undefined) return false
    if (this.#status !== 'I' && !this.isLost) await this.batch([rollback]).catch(() => undefined)
    return this.isClean && !this.isLost
  }

  /** Says goodbye. A statement that runs is cut off. */
  async end(): Promise<void> {
    if (this.#batch === undefined) await endClient(this.#client)
    else this.destroy()
  }

  destroy(): void {
    this.#client.connection.stream.destroy()
  }

  /** Nothing is sent before everything is written: half a batch would be half a transaction. */
  #send(steps: readonly Step[], signal: CancelSignal | undefined): Batch {
    assert(this.#batch === undefined, 'one batch at a time')
    if (this.#lost !== undefined) throw new ConnectionError('PGRST001', this.#lost)
    const parsing = this.#write(steps)
    const batch = new Batch(steps, parsing, this.#statements, signal)
    this.#batch = batch
    this.#cancelledAt = undefined
    if (signal !== undefined) this.#onWatched()
    this.#client.connection.stream.write(this.#writer.bytes())
    return batch
  }

  /** Writes the batch; tells the steps whose statements are prepared on the way. */
  #write(steps: readonly Step[]): readonly Step[] {
    const writer = this.#writer
    let parsing = none
    writer.clear()
    for (const name of this.#statements.toClose) writer.close(name)
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index] as Step
      const name = this.#prepare ? step.name : ''
      if (!this.#isKnown(name, step.text, parsing)) {
        writer.parse(name, step.text)
        parsing = [...parsing, name === step.name ? step : { ...step, name }]
      }
      writer.run(name, step.values)
    }
    writer.sync()
    this.#statements.closed()
    return parsing
  }

  #isKnown(name: string, text: string, parsing: readonly Step[]): boolean {
    if (name === '') return false
    return this.#statements.has(name, text) || parsing.some(step => step.name === name)
  }

  #take(code: number, bytes: Buffer, start: number, end: number): void {
    const batch = this.#batch
    const progress = batch === undefined ? 'foreign' : batch.take(code, bytes, start, end)
    if (progress === 'more') return
    if (progress === 'foreign') this.#takeForeign(code, bytes.subarray(start - 5, end))
    else this.#finish(progress)
  }

  #finish(status: TransactionStatus): void {
    const wasFree = this.#status === 'I'
    this.#status = status
    const batch = this.#batch
    if (wasFree && batch?.isRefused === true) this.#repeat(batch)
    else this.#endBatch()?.finish(this.#cancelledAt !== undefined)
  }

  /** The statements are forgotten, so this time they are prepared anew. */
  #repeat(batch: Batch): void {
    const undoing = this.#status === 'I' ? none : [rollback]
    batch.repeat(this.#write([...undoing, ...batch.steps]), undoing.length)
    this.#client.connection.stream.write(this.#writer.bytes())
  }

  #endBatch(): Batch | undefined {
    const batch = this.#batch
    this.#batch = undefined
    return batch
  }

  /** Notices, notifications and settings may come at any time; anything else amid a batch would be lost in it. */
  #takeForeign(code: number, message: Buffer): void {
    if (this.#batch === undefined || AT_ANY_TIME.has(code)) this.#forward(Bytes.from(message))
    else
      this.#client.connection.stream.destroy(
        new Error(`Message ${code} does not belong in a batch`),
      )
  }

  async #cancel(): Promise<void> {
    await sendCancel(cancelTargetOf(this.#client, this.#target), CANCEL_GRACE_MS)
    this.#cancelling = undefined
  }
}

/** NotificationResponse, NoticeResponse, ParameterStatus. */
const AT_ANY_TIME = new Set([65, 78, 83])
const none: readonly Step[] = Object.freeze([])
const rollback: Step = Object.freeze({ text: 'rollback', name: '', values: [], discard: true })
