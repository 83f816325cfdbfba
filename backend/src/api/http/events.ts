/** What the HTTP floor tells. */
export interface HttpEvent {
  readonly kind: 'http.failed'
  readonly status: number
  /** Without the query string. */
  readonly path: string
  readonly error: unknown
}
