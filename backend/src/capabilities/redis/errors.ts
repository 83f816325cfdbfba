import { STierError } from '../../base/index.ts'

/** There is no connection to Redis at the moment, or it broke while the command was under way. Why is in `cause`, for logs. */
export class RedisUnavailableError extends STierError {
  readonly code = 'ST601'
  readonly status = 503

  constructor(cause: Error) {
    super('Redis cannot be reached', {
      hint: 'Try again in 1 s.',
      headers: { 'retry-after': '1' },
      cause,
    })
  }
}

/** Redis did not answer in time. It may have carried the command out, or may do so later; its answer is dropped. */
export class RedisTimeoutError extends STierError {
  readonly code = 'ST602'
  readonly status = 503

  constructor(timeoutMs: number) {
    super('Redis did not answer in time', {
      details: `Waited ${timeoutMs} ms, which is redis.commandTimeoutMs`,
      hint: 'Try again in 1 s.',
      headers: { 'retry-after': '1' },
    })
  }
}

/** Redis answered with an error. What it said is in `cause`, for logs: it may quote what was sent. */
export class RedisRefusalError extends STierError {
  readonly code = 'ST603'
  readonly status = 500
  /** The first word of its answer, by which clients tell errors apart: `WRONGTYPE`, `LOADING`, `NOSCRIPT`, `ERR`. */
  readonly kind: string

  constructor(reply: string) {
    const kind = /^[A-Z]+/.exec(reply)?.[0] ?? 'ERR'
    super('Redis refused a command', { details: kind, cause: new Error(reply) })
    this.kind = kind
  }
}

/** The URL of Redis cannot be used. It is not shown, for it may hold a password. */
export class RedisUrlError extends STierError {
  readonly code = 'ST040'
  readonly status = 500

  constructor(reason: string, cause?: unknown) {
    super(`The URL of Redis cannot be used: ${reason}`, {
      hint: 'Write it as redis://user:password@host:6379/0 (rediss:// with TLS), with @ : / ? # % in names and passwords as %40 %3A %2F %3F %23 %25.',
      cause,
    })
  }
}
