/** An error as it leaves: PostgREST's body, compact and in the order code, details, hint, message. */
export interface ErrorResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
