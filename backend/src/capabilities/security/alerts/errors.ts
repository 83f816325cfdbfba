import { STierError } from '../../../base/index.ts'

interface Undelivered {
  readonly hint?: string | undefined
  readonly cause?: unknown
  /** When to try again, as the sink says. */
  readonly retryAfterMs?: number | undefined
  /** The sink is there, and does not take these notices: the others need not wait for them. */
  readonly isOfContent?: boolean
  /** Of content: it will never take them, and asks not to be sent them again. */
  readonly isFinal?: boolean
}

/** A sink did not take alerts. They stay in the queue. */
export class AlertUndeliveredError extends STierError {
  readonly code = 'ST432'
  readonly status = 502
  readonly retryAfterMs: number | undefined
  readonly isOfContent: boolean
  readonly isFinal: boolean

  constructor(sink: string, reason: string, parts: Undelivered = {}) {
    const { hint, cause, retryAfterMs, isOfContent = false, isFinal = false } = parts
    super(`Alerts did not reach '${sink}': ${reason}`, { hint, cause })
    this.retryAfterMs = retryAfterMs
    this.isOfContent = isOfContent
    this.isFinal = isFinal
  }
}

/** A file of recorded events, alerts or decisions cannot be read. */
export class RecordUnreadableError extends STierError {
  readonly code = 'ST433'
  readonly status = 400

  constructor(file: string, line: number, reason: string) {
    super(`Line ${line} of ${file} cannot be read: ${reason}`, {
      hint: 'Each line is one JSON object, as the server has written it.',
    })
  }
}

/** Alerts cannot be kept where they should be. Stops the start. */
export class SpoolUnusableError extends STierError {
  readonly code = 'ST434'
  readonly status = 500

  constructor(path: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(`${path} cannot be used for alerts: ${reason}`, {
      hint: 'Name a folder that this process may write with security.spoolDirectory.',
      cause,
    })
  }
}
