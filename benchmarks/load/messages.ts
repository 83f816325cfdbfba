/** What is asked once. */
export interface LoadRequest {
  readonly method: string
  /** With its query string. */
  readonly path: string
  readonly body?: string | undefined
}

/** One portion of load on one server, as the measuring process orders it. */
export interface LoadOrder {
  readonly port: number
  /** Taken in turn, from the start again after the last. */
  readonly requests: readonly LoadRequest[]
  readonly headers: Readonly<Record<string, string>>
  readonly connections: number
  /** It ends at whichever comes first; requests under way are then waited for. */
  readonly requestsMax: number
  readonly durationMs: number
  /** Requests come when they are due, whether or not others were answered. Undefined: a connection sends its next one then. */
  readonly arrivals?: Arrivals | undefined
}

/** Independent callers: a Poisson process, the same for the same seed. */
export interface Arrivals {
  readonly perSecond: number
  readonly seed: number
}

export interface LoadReport {
  readonly requests: number
  /** Answers that are no success, and connections that broke. */
  readonly errors: number
  /** The first line of the first of them. */
  readonly firstError: string | undefined
  readonly bytes: number
  readonly elapsedMs: number
  /** From when a request was sent, or was due, to its answer. */
  readonly p50Ms: number
  readonly p99Ms: number
}

/** The steps of one portion: connections are opened and closed outside of what is measured. */
export type LoadCommand =
  | { readonly kind: 'open'; readonly order: LoadOrder }
  | { readonly kind: 'run' }
  | { readonly kind: 'close' }

/** One reply to each command; `run` is answered with the report. */
export type LoadReply = { readonly report?: LoadReport } | { readonly failure: string }
