import { STierError } from '../../base/index.ts'

/** A failover that would do harm, or cannot be done. Nothing was changed. */
export class FailoverRefusedError extends STierError {
  readonly code = 'ST220'
  readonly status = 409

  constructor(message: string, hint: string, details?: string) {
    super(message, { details, hint })
  }
}

/** A failover that was begun and did not come to its end: the message says how far it came. */
export class FailoverFailedError extends STierError {
  readonly code = 'ST221'
  readonly status = 500

  constructor(message: string, hint: string, cause?: unknown) {
    const details = cause instanceof Error ? cause.message : undefined
    super(message, { details, hint, cause })
  }
}
