import { STierError } from '../../base/index.ts'

/** Refused: something is done about this client, or about this user at this address, for a while. Does not say which rule it was. */
export class BannedError extends STierError {
  readonly code = 'ST430'
  readonly status = 403
  readonly retryAfterMs: number

  constructor(retryAfterMs: number) {
    const seconds = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)))
    super('Requests from here are refused for the time being', {
      hint: `Try again in ${seconds} s, or ask whoever runs this server.`,
      headers: { 'retry-after': seconds },
    })
    this.retryAfterMs = retryAfterMs
  }
}

/** A recorded chain of alerts and decisions is not as it was written. */
export class BrokenChainError extends STierError {
  readonly code = 'ST431'
  readonly status = 500

  constructor(sequence: number, reason: string) {
    super(`The record of alerts and decisions is broken at entry ${sequence}: ${reason}`, {
      hint: 'Somebody has changed it, or part of it is lost. Compare it with a copy.',
    })
  }
}
