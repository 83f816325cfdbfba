import type { Interruption } from './interruption.ts'
import type { CancelSignal, Queryable, Step, StepResult } from './steps.ts'

/** One connection in the hands of one caller. */
export interface Connection extends Queryable {
  /** PostgreSQL's process on the other side. */
  readonly processId: number
  /**
   * Runs the steps in one round trip: every statement, one Sync. Without an explicit `begin` they are one transaction,
   * committed when all succeed and rolled back when one fails. Throws `DatabaseError`, with the failed step;
   * `CancelledError` when `signal` was aborted in time; `DeadlineError` past the deadline of the use; `ConnectionError` when the connection is lost;
   * `AnswerTooLargeError` for a row of more than `answerBytesMax`.
   *
   * A transaction that fails because the server no longer has a statement as it was prepared (after `deallocate` or
   * `alter table`) is undone and run once more; nobody sees the first try.
   *
   * `isLast`: this use asks nothing more, so that what puts the session in order may be sent along, to be done behind the answer.
   *
   * Not for: COPY, savepoints outside an explicit transaction, several statements in one text.
   */
  batch(
    steps: readonly Step[],
    signal?: CancelSignal,
    isLast?: boolean,
  ): Promise<readonly StepResult[]>
}

/** What a pool needs of the connections it lends. */
export interface Member extends Connection {
  /** Calls back once when the connection is lost, for whatever reason but `end`. */
  onLost(callback: (error: Error) => void): void
  readonly isLost: boolean
  /** A caller has it from now on, until `deadline` on the pool's clock; `Infinity`: as long as it likes. */
  begin(deadline: number): void
  /** Free for the next caller as it is. `leavesNoTrace`: the last one vouches that nothing stays in the session. */
  isClean(leavesNoTrace: boolean): boolean
  /** Makes it free for the next caller by `deadline`; false when it is not to be used again. */
  clean(leavesNoTrace: boolean, deadline: number): Promise<boolean>
  /** Whether it still answers, by `deadline`. */
  isAlive(deadline: number): Promise<boolean>
  /** Cancels what runs if nobody wants it any more; ends the connection if that does not help. Tells why a cancel was sent. */
  interrupt(now: number): Interruption | undefined
  /** `interrupt` wants to be called now and then. */
  readonly isWatched: boolean
  /** Says goodbye. A statement that runs is cut off. */
  end(): Promise<void>
  /** Hangs up. What runs fails with `ConnectionError`, caused by `reason`. */
  destroy(reason?: Error): void
}
