import { CancelledError, DatabaseError, DeadlineError } from './errors.ts'
import { CANCEL_GRACE_MS, DEADLINE_GRACE_MS } from './options.ts'

/** Why a statement is cancelled: its caller has gone, or has waited as long as it wanted. */
export type Interruption = 'abandoned' | 'deadline'

const QUERY_CANCELED = '57014'

/** One request to cancel, from the moment it is made until nothing can come of it any more. */
export class Interrupter {
  readonly #send: () => Promise<void>
  #reason: Interruption | undefined = undefined
  #since = 0
  #pending: Promise<void> | undefined = undefined

  /** `send` resolves when the request can have no effect any more. */
  constructor(send: () => Promise<void>) {
    this.#send = send
  }

  /** Why what runs now was asked to stop; undefined: it was not. */
  get reason(): Interruption | undefined {
    return this.#reason
  }

  /** A request is under way: it would end whatever runs when it arrives. */
  get pending(): Promise<void> | undefined {
    return this.#pending
  }

  begin(reason: Interruption, now: number): void {
    this.#reason = reason
    this.#since = now
    this.#pending = this.#send().then(() => {
      this.#pending = undefined
    })
  }

  /** It should have worked by now. A caller that still waits is not kept waiting for long. */
  isOverdue(now: number): boolean {
    const graceMs = this.#reason === 'deadline' ? DEADLINE_GRACE_MS : CANCEL_GRACE_MS
    return this.#reason !== undefined && now - this.#since > graceMs
  }

  /** Something else runs from now on. */
  clear(): void {
    this.#reason = undefined
  }
}

/** `cause`: how it ended, for those who want to know whether anything came to stay. */
export function interruptionError(
  reason: Interruption,
  cause?: unknown,
): CancelledError | DeadlineError {
  return reason === 'deadline' ? new DeadlineError(cause) : new CancelledError(cause)
}

/** Whether this is how a cancelled statement ends. */
export function isOfCancel(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === QUERY_CANCELED
}
