/** An error as it leaves: PostgREST's body, compact and in the order code, details, hint, message. */
export interface ErrorResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What a client may read of an error. */
export interface ErrorBody {
  readonly code: string
  readonly details: unknown
  readonly hint: string | null
  readonly message: string
  /** Every fault of what was sent, each with its place in it. Only of errors about that. */
  readonly errors?: readonly FaultBody[] | undefined
}

/** One thing that is wrong with what was sent. */
export interface FaultBody {
  /** A JSON pointer (RFC 6901) into the body. */
  readonly pointer: string
  readonly rule: string
  readonly message: string
  readonly hint: string | null
}

/** Proxy-Status (RFC 9209) names the error for logs between client and server, where bodies are not read. */
export function response(
  status: number,
  { code, details, hint, message, errors }: ErrorBody,
  headers: Readonly<Record<string, string>> = {},
): ErrorResponse {
  return {
    status,
    headers: { ...headers, 'proxy-status': `S-Tier; error=${code}` },
    body: JSON.stringify({ code, details, hint, message, errors }),
  }
}
