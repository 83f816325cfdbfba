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
}

/** Proxy-Status (RFC 9209) names the error for logs between client and server, where bodies are not read. */
export function response(
  status: number,
  { code, details, hint, message }: ErrorBody,
  headers: Readonly<Record<string, string>> = {},
): ErrorResponse {
  return {
    status,
    headers: { ...headers, 'proxy-status': `S-Tier; error=${code}` },
    body: JSON.stringify({ code, details, hint, message }),
  }
}
