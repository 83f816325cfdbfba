/** What an error may carry besides its message. */
export interface ErrorParts {
  /** What exactly was wrong: a sentence, or a JSON value where PostgREST answers one. */
  readonly details?: unknown
  /** What the caller can do about it. */
  readonly hint?: string | undefined
  /** Response headers that belong to this error, such as `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

/**
 * The base of every error that S-Tier answers on purpose. A client matches `code`, HTTP sends `status`, a person
 * reads `message`, `details` and `hint`. None of them ever holds a secret or a stored value.
 *
 * Codes: PostgREST's own `PGRST…` where it has one, otherwise `STgxx` by stage (0 start, 1 request, 2 catalog,
 * 3 identity, 4 limits and security, 5 nodes, 6 cache and events, 9 bug).
 */
export abstract class STierError extends Error {
  abstract readonly code: string
  abstract readonly status: number
  readonly details: unknown
  readonly hint: string | null
  readonly headers: Readonly<Record<string, string>>

  constructor(message: string, parts: ErrorParts = {}) {
    super(message, parts.cause === undefined ? undefined : { cause: parts.cause })
    this.name = new.target.name
    this.details = parts.details ?? null
    this.hint = parts.hint ?? null
    this.headers = parts.headers ?? {}
  }
}
