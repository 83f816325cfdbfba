import { type ErrorParts, STierError } from '../../base/index.ts'

/** Refused instead of called: nothing was sent, so the call may be made elsewhere, or later. */
export abstract class RefusedError extends STierError {
  readonly status = 503
  /** When it may be worth another try, in milliseconds from now. */
  readonly retryAfterMs: number

  constructor(message: string, retryAfterMs: number, details?: string) {
    super(message, partsOf(retryAfterMs, details))
    this.retryAfterMs = retryAfterMs
  }
}

function partsOf(retryAfterMs: number, details: string | undefined): ErrorParts {
  const seconds = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)))
  return { details, hint: `Try again in ${seconds} s.`, headers: { 'retry-after': seconds } }
}

/** Thrown instead of calling what rests: its breaker is open, half-open with all trials running, or isolated. */
export class BreakerOpenError extends RefusedError {
  readonly code = 'ST501'

  constructor(name: string, retryAfterMs: number, details?: string) {
    super(`'${name}' is resting after repeated failures`, retryAfterMs, details)
  }
}

/** Thrown just after a breaker closed, while only some calls at a time pass. */
export class BreakerWarmingError extends RefusedError {
  readonly code = 'ST504'

  constructor(name: string, retryAfterMs: number) {
    super(`'${name}' has just come back and takes only some calls at a time`, retryAfterMs)
  }
}

/** Thrown for a share of the calls while what they are for fails for many of them. */
export class BreakerThrottledError extends RefusedError {
  readonly code = 'ST505'

  constructor(name: string) {
    super(`'${name}' fails often and gets fewer calls for the moment`, 1_000)
  }
}

/** Thrown when as many calls run as a concurrency limit lets through now. */
export class ConcurrencyLimitError extends RefusedError {
  readonly code = 'ST506'

  constructor(name: string) {
    super(`As many calls of '${name}' are running as it can answer well`, 1_000)
  }
}

/** A call did not end within the `timeoutMs` of its `run`, or by its deadline. */
export class CallTimeoutError extends STierError {
  readonly code = 'ST507'
  readonly status = 504

  constructor(name: string, timeoutMs: number) {
    super(`'${name}' did not answer in time`, {
      details: `It had ${Math.ceil(timeoutMs)} ms`,
      hint: 'Try again later.',
    })
  }
}

/** Chaos is enabled, and nobody could begin an experiment. It stops the start. */
export class ChaosTokenMissingError extends STierError {
  readonly code = 'ST006'
  readonly status = 500

  constructor() {
    super('chaos.enabled is true, but there is no chaos.token', {
      hint:
        'Set chaos.token (--chaos-token, STIER_CHAOS_TOKEN) to 16 characters or more that only those know who may begin ' +
        'experiments, or leave chaos.enabled out.',
    })
  }
}

/** Chaos was asked for where it is not allowed, or with a wrong token. */
export class ChaosRefusedError extends STierError {
  readonly code = 'ST508'
  readonly status = 403

  constructor(message: string, hint: string) {
    super(message, { hint })
  }
}

/** The failure that chaos makes. */
export class ChaosError extends STierError {
  readonly code = 'ST509'
  readonly status = 503

  constructor(name: string) {
    super(`'${name}' fails on purpose: an experiment is running`, {
      hint: 'Wait until it has ended, or end it.',
      headers: { 'retry-after': '1' },
    })
  }
}

/**
 * The error that `make` makes, without its stack: that is most of what an error costs, and of a refusal it would tell
 * nothing that code and name do not.
 */
export function withoutStack<E extends Error>(make: () => E): E {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return make()
  } finally {
    Error.stackTraceLimit = limit
  }
}
