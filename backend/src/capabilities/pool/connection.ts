import type { Buffer } from 'node:buffer'
import { Buffer as Bytes } from 'node:buffer'
import type pg from 'pg'
import { assert, BugError } from '../../base/index.ts'
import { Batch, type TransactionStatus } from './batch.ts'
import { sendCancel } from './cancel.ts'
import { cancelTargetOf, takeOver, untilReady } from './driver.ts'
import { CancelledError, ConnectionError, DeadlineError } from './errors.ts'
import { Interrupter, type Interruption, interruptionError, isOfCancel } from './interruption.ts'
import type { Member } from './member.ts'
import { MessageReader } from './message-reader.ts'
import { MessageWriter } from './message-writer.ts'
import { endClient } from './open-client.ts'
import { CANCEL_GRACE_MS } from './options.ts'
import { PreparedStatements } from './prepared-statements.ts'
import type { Preparing } from './preparing.ts'
import { queryClient } from './query-client.ts'
import { ASK_BACKEND, isBare, PING, RESET_SESSION, resetUsual, ROLLBACK } from './reset.ts'
import type { CancelSignal, Step, StepResult } from './steps.ts'
import type { Target } from './target.ts'

export interface ConnectionSetup {
  readonly client: pg.Client
  readonly target: Target
  readonly statementsMax: number
  readonly answerBytesMax: number
  readonly preparing: Preparing
  /** The pool's clock. */
  readonly now: () => number
  /** Called when a batch begins whose caller may go: `interrupt` wants to be called now and then. */
  readonly onWatched: () => void
}

/**
 * A logged-in client of `pg` whose wire we read and write ourselves while a batch runs: `pg` connects, authenticates
 * and answers `query`, our batch needs a third of the CPU. Everything that is not the answer to a batch goes to `pg`.
 */
export class PooledConnection implements Member {
  readonly processId: number
  readonly #client: pg.Client
  readonly #preparing: Preparing
  readonly #statements: PreparedStatements
  readonly #now: () => number
  readonly #onWatched: () => void
  readonly #interrupter: Interrupter
  readonly #resetUsual: readonly Step[]
  readonly #writer = new MessageWriter()
  readonly #forward: (bytes: Buffer) => void
  #batch: Batch | undefined = undefined
  /** Sent behind it, to put the session in order. */
  #behind: Batch | undefined = undefined
  /** Refused, and sent again when what is behind it is over. */
  #refused: Batch | undefined = undefined
  #resetting: Promise<void> | undefined = undefined
  #queries = 0
  #status: TransactionStatus = 'I'
  #lost: Error | undefined = undefined
  #deadline = Number.POSITIVE_INFINITY
  #isTouched = false
  #isDoubtful = false

  constructor({ client, target, ...setup }: ConnectionSetup) {
    this.#client = client
    this.#preparing = setup.preparing
    this.#resetUsual = resetUsual(target.user)
    this.#statements = new PreparedStatements(setup.statementsMax)
    this.#now = setup.now
    this.#onWatched = setup.onWatched
    this.#interrupter = new Interrupter(() =>
      sendCancel(cancelTargetOf(client, target), CANCEL_GRACE_MS),
    )
    this.processId = cancelTargetOf(client, target).processId
    const reader = new MessageReader(setup.answerBytesMax, (code, bytes, start, end) =>
      this.#take(code, bytes, start, end),
    )
    this.#forward = takeOver(client, bytes => reader.read(bytes))
  }

  onLost(callback: (error: Error) => void): void {
    const lost = (error: Error) => {
      if (this.#lost !== undefined) return
      this.#lost = error
      const { reason } = this.#interrupter
      for (const batch of [this.#refused, this.#batch, this.#behind]) batch?.fail(error, reason)
      this.#refused = this.#batch = this.#behind = undefined
      callback(error)
    }
    this.#client.on('error', lost)
    this.#client.on('end', () => lost(new Error('Connection terminated')))
  }

  get isLost(): boolean {
    return this.#lost !== undefined
  }

  begin(deadline: number): void {
    this.#deadline = deadline
    this.#isTouched = false
  }

  isClean(leavesNoTrace: boolean): boolean {
    const isFree =
      this.#status === 'I' && !this.#isRunning && this.#interrupter.pending === undefined
    return isFree && (leavesNoTrace || !this.#isTouched) && !this.#isDoubtful
  }

  batch(
    steps: readonly Step[],
    signal?: CancelSignal,
    isLast = false,
  ): Promise<readonly StepResult[]> {
    // A cancel request that came too late for the batch before would end this one.
    const { pending } = this.#interrupter
    if (pending !== undefined) return pending.then(() => this.batch(steps, signal, isLast))
    try {
      return this.#send(steps, signal, isLast).promise
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new BugError(String(error)))
    }
  }

  /** Goes through the driver: for the few statements whose values are wanted in JavaScript's types. */
  async query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]> {
    await this.#interrupter.pending
    this.#start()
    if (this.#hasDeadline) this.#onWatched()
    this.#queries++
    try {
      return await queryClient(this.#client, text, values)
    } catch (error) {
      if (!this.isLost) await untilReady(this.#client)
      throw this.#interrupted(error)
    } finally {
      this.#queries--
      this.#status = this.#client.getTransactionStatus() ?? 'E'
    }
  }

  interrupt(now: number): Interruption | undefined {
    if (!this.#isRunning) return undefined
    if (this.#interrupter.reason !== undefined) {
      if (this.#interrupter.isOverdue(now)) this.destroy()
      return undefined
    }
    const reason = this.#reasonToStop(now)
    if (reason !== undefined) this.#interrupter.begin(reason, now)
    return reason
  }

  get isWatched(): boolean {
    return this.#batch?.signal !== undefined || (this.#isRunning && this.#hasDeadline)
  }

  async clean(leavesNoTrace: boolean, deadline: number): Promise<boolean> {
    this.#deadline = deadline
    if (this.#isRunning) this.#onWatched()
    await this.#resetting
    await this.#interrupter.pending
    if (this.#isRunning || this.isLost) return false
    const isOpen = this.#status !== 'I'
    try {
      if (isOpen) await this.batch([ROLLBACK, ...RESET_SESSION])
      else if (this.#isTouched && !leavesNoTrace) await this.#reset()
      if (this.#isDoubtful) await this.#settleDoubt()
    } catch {
      return false
    }
    this.#isTouched = false
    return this.isClean(true) && !this.isLost
  }

  async #reset(): Promise<void> {
    const results = await this.batch(this.#resetUsual)
    if (!isBare(results)) await this.batch(RESET_SESSION)
  }

  async isAlive(deadline: number): Promise<boolean> {
    this.#deadline = deadline
    await this.batch([PING]).catch(() => undefined)
    return !this.isLost && this.isClean(true)
  }

  async end(): Promise<void> {
    if (this.#isRunning) this.destroy()
    else await endClient(this.#client)
  }

  destroy(reason?: Error): void {
    this.#client.connection.stream.destroy(reason)
  }

  get #isRunning(): boolean {
    return this.#batch !== undefined || this.#queries > 0
  }

  get #hasDeadline(): boolean {
    return this.#deadline !== Number.POSITIVE_INFINITY
  }

  #reasonToStop(now: number): Interruption | undefined {
    if (this.#batch?.signal?.aborted === true) return 'abandoned'
    return now >= this.#deadline ? 'deadline' : undefined
  }

  /** The error of a query through the driver, in the words of why it was cancelled. */
  #interrupted(error: unknown): unknown {
    const reason = this.#whyCancelled()
    const isOurs = reason !== undefined && (this.isLost || isOfCancel(error))
    return isOurs ? interruptionError(reason) : error
  }

  /** We asked for it; or PostgreSQL did it by itself, with a `statement_timeout` that was what was left until the deadline. */
  #whyCancelled(): Interruption | undefined {
    const isOver = this.#hasDeadline && this.#now() >= this.#deadline
    return this.#interrupter.reason ?? (isOver ? 'deadline' : undefined)
  }

  /** Before anything is sent. */
  #start(): void {
    assert(this.#batch === undefined, 'one statement at a time')
    if (this.#lost !== undefined) throw new ConnectionError('PGRST001', this.#lost)
    if (this.#hasDeadline && this.#now() >= this.#deadline) throw new DeadlineError()
    this.#interrupter.clear()
    this.#isTouched = true
  }

  /** Prepared statements were lost: by somebody's `deallocate`, or because another process answers than logged in. */
  async #settleDoubt(): Promise<void> {
    const [[[processId] = []] = []] = await this.batch([ASK_BACKEND])
    this.#isDoubtful = false
    this.#preparing.lost(processId !== String(this.processId))
  }

  /** Nothing is sent before everything is written: half a batch would be half a transaction. */
  #send(steps: readonly Step[], signal: CancelSignal | undefined, isLast: boolean): Batch {
    assert(!this.#isRunning, 'one batch at a time')
    if (signal?.aborted === true) throw new CancelledError()
    this.#start()
    this.#writer.clear()
    const parsing = this.#write(steps)
    // Behind a pooler, it could be another session that is put in order.
    if (isLast && this.#preparing.isOn) this.#writeReset()
    const batch = new Batch(steps, parsing, this.#statements, signal)
    this.#batch = batch
    if (signal !== undefined || this.#hasDeadline) this.#onWatched()
    this.#client.connection.stream.write(this.#writer.bytes())
    return batch
  }

  /**
   * It runs when the answer before it has left, so nobody waits for it. If that was an error amid a transaction this one fails too, and
   * so it may when its caller is late: the session is then put in order as if this had not been tried.
   */
  #writeReset(): void {
    const steps = this.#resetUsual
    const batch = new Batch(steps, this.#write(steps), this.#statements, undefined)
    this.#behind = batch
    this.#resetting = batch.promise.then(results => {
      // What it stood behind may be run once more.
      if (isBare(results) && !this.#isRunning) this.#isTouched = false
    }, ignore)
  }

  /** Writes a batch; tells the steps whose statements are prepared on the way. `isNaming`: to be kept by their names. */
  #write(steps: readonly Step[], isNaming = this.#preparing.isOn): readonly Step[] {
    const writer = this.#writer
    let parsing = none
    for (const name of this.#statements.toClose) writer.close(name)
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index] as Step
      const name = isNaming ? step.name : ''
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
    if (batch?.hasLostStatement === true) this.#isDoubtful = true
    const isRefused = wasFree && batch?.isRefused === true
    const isAlone = this.#behind === undefined
    if (isRefused && isAlone) return this.#repeat(batch)
    this.#batch = this.#behind
    this.#behind = undefined
    if (isRefused) this.#refused = batch
    else batch?.finish(this.#whyCancelled())
    if (isAlone && this.#refused !== undefined) this.#repeat(this.#refused)
  }

  /**
   * The statements are forgotten, so this time they are prepared anew, and not kept: behind a pooler, it may be another
   * server connection again, with other statements of the same names.
   */
  #repeat(batch: Batch): void {
    this.#refused = undefined
    this.#batch = batch
    const undoing = this.#status === 'I' ? none : [ROLLBACK]
    this.#writer.clear()
    batch.repeat(this.#write([...undoing, ...batch.steps], false), undoing.length)
    this.#client.connection.stream.write(this.#writer.bytes())
  }

  /** Notices, notifications and settings may come at any time; anything else amid a batch would be lost in it. */
  #takeForeign(code: number, message: Buffer): void {
    if (this.#batch === undefined || AT_ANY_TIME.has(code)) this.#forward(Bytes.from(message))
    else
      this.#client.connection.stream.destroy(
        new Error(`Message ${code} does not belong in a batch`),
      )
  }
}

/** NotificationResponse, NoticeResponse, ParameterStatus. */
const AT_ANY_TIME = new Set([65, 78, 83])
const none: readonly Step[] = Object.freeze([])

function ignore(): void {}
