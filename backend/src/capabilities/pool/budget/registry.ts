/** What one process has and wants of the connections that all share. */
export interface BudgetClaim {
  /** Open connections of its pool, and those being opened. */
  readonly held: number
  /** Connections it would have if it were alone. */
  readonly wanted: number
  /** It is not asked to work with fewer, where there are enough. */
  readonly floor: number
  /** What it may have at this moment, by the last answer or without one. */
  readonly limit: number
  /** What it may have when it can no longer ask. */
  readonly safe: number
}

export interface BudgetShare {
  /** Connections that its pool may have. */
  readonly granted: number
  /** What all processes together may have. */
  readonly total: number
  readonly members: number
  /** How long the answer holds, in milliseconds from the question. Undefined: until the registry says that it is lost. */
  readonly validForMs?: number | undefined
}

/** Where the processes of a fleet meet. */
export interface BudgetRegistry {
  /**
   * Tells what it has and wants, and answers its share. Always settles. Rejects with `RegistryLostError` when the registry
   * cannot be reached, and with `BudgetImpossibleError` when there can be none here.
   */
  renew(claim: BudgetClaim): Promise<BudgetShare>
  /** Gives everything back; its pool has ended. Never rejects. */
  leave(): Promise<void>
  /** Calls back when the share is void from this moment on, not only at the end of its time. */
  onLost?(callback: (error: Error) => void): void
}
