import { STierError } from '../../base/index.ts'
import type { Refusal } from './types.ts'

/** A request that may not pass now. */
export abstract class LimitedError extends STierError {
  /** The rule, or the class that was cut. */
  readonly rule: string
  readonly retryAfterMs: number

  constructor(refusal: Refusal, headers: Readonly<Record<string, string>> = {}) {
    const seconds = secondsOf(refusal.retryAfterMs)
    super(refusal.message, {
      details: refusal.details,
      hint: `Try again in ${seconds} s.`,
      headers: { ...headers, 'retry-after': seconds },
    })
    this.rule = refusal.rule
    this.retryAfterMs = refusal.retryAfterMs
  }
}

/** Refused because a limit is reached. */
export class RateLimitError extends LimitedError {
  readonly code = 'ST401'
  readonly status = 429
}

/** Refused because there is not room for all, and others are more important. */
export class OverloadError extends LimitedError {
  readonly code = 'ST402'
  readonly status = 503
}

/** Refused because the shared counters cannot be reached, and the rule lets nobody pass then. */
export class LimitUnknownError extends LimitedError {
  readonly code = 'ST403'
  readonly status = 503
}

/** The error for a refusal; `headers` are those of the decision. */
export function errorOf(
  refusal: Refusal,
  headers?: Readonly<Record<string, string>>,
): LimitedError {
  switch (refusal.code) {
    case 'ST401':
      return new RateLimitError(refusal, headers)
    case 'ST402':
      return new OverloadError(refusal, headers)
    case 'ST403':
      return new LimitUnknownError(refusal, headers)
  }
}

/** Whole seconds, never too few. */
export function secondsOf(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1_000)))
}
