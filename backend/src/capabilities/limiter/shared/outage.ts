/** This process has lost Redis. Times are those of its own clock. */
export interface Outage {
  readonly lostAt: number
  /** From then on Redis knows that it is missing, and keeps its part for it; until then others may take that too. */
  readonly noticedAt: number
}

const NEVER = Number.NEGATIVE_INFINITY
export const NO_OUTAGE: Outage = Object.freeze({ lostAt: NEVER, noticedAt: NEVER })
