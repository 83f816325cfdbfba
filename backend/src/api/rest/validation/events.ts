/** What is told of requests that are not as they have to be. */
export type ValidationEvent =
  /** A rule would have refused a request of this route, and only looks. The first for a while, with how many there were since. */
  {
    readonly kind: 'validation.watched'
    readonly route: string
    readonly rule: string
    readonly code: string
    readonly count: number
  }
