/**
 * What a value was read from. In the process that loaded it, the number of changes heard before says what it contains; elsewhere
 * the place on the bus up to which that process had heard; and of changes that a log tells, the version.
 */
export interface Origin<Version> {
  /** The process, by a name that nobody else has. */
  readonly node: string
  /** Changes that it had heard of when the load began. */
  readonly heard: number
  /** How far it had heard the bus by then; undefined: not at all. */
  readonly place: string | undefined
  /** When the load began, in milliseconds since 1970. */
  readonly atEpochMs: number
  readonly version: Version | undefined
}

/** Changes made through a cache, as those see them that have loaded elsewhere. */
export interface Place {
  /** On the bus; undefined without one. */
  readonly place: string | undefined
  readonly atEpochMs: number
}
