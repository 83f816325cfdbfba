import { STierError } from '../../../base/index.ts'

/** A token was sent, but nothing is configured to check it with. PostgREST: "Errors", group 3. */
export class SecretMissingError extends STierError {
  readonly code = 'PGRST300'
  readonly status = 500

  constructor() {
    super('Server lacks JWT secret')
  }
}

/** The token cannot be read, or none of the keys made its signature. */
export class TokenError extends STierError {
  readonly code = 'PGRST301'
  readonly status = 401

  constructor(message: string, details?: string) {
    super(message, { details, headers: challenge(message) })
  }
}

/** No token was sent and no anonymous role is configured. */
export class TokenRequiredError extends STierError {
  readonly code = 'PGRST302'
  readonly status = 401

  constructor() {
    super('Anonymous access is disabled', { headers: { 'www-authenticate': 'Bearer' } })
  }
}

/** The signature is right, but the claims are not: too old, too new, for somebody else, or malformed. */
export class ClaimsError extends STierError {
  readonly code = 'PGRST303'
  readonly status = 401

  constructor(message: string) {
    super(message, { headers: challenge(message) })
  }
}

/** The URL of the keys has not answered since the start, so no token can be checked. */
export class KeysUnavailableError extends STierError {
  readonly code = 'ST300'
  readonly status = 503

  constructor(retryAfterMs: number) {
    const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
    super('The keys to check tokens with are not available yet', {
      hint: `Try again in ${seconds} s.`,
      headers: { 'retry-after': String(seconds) },
    })
  }
}

/** `jwt.secret` cannot be used. It stops the start; the secret itself is never shown. */
export class UnusableKeyError extends STierError {
  readonly code = 'ST010'
  readonly status = 500

  constructor(problem: string, hint?: string, cause?: unknown) {
    super(`jwt.secret cannot be used: ${problem}`, { hint, cause })
  }
}

/** RFC 6750, section 3. */
function challenge(message: string): Record<string, string> {
  const description = JSON.stringify(message)
  return { 'www-authenticate': `Bearer error="invalid_token", error_description=${description}` }
}
