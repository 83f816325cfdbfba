/** What decides how many connections should be under way. */
export interface Demand {
  /** Open connections, and those that the pool aims at and may have. */
  readonly size: number
  readonly target: number
  readonly ceiling: number
  /** The target is kept up even when nobody waits. */
  readonly isKept: boolean
  /** Callers that a new connection could serve, those of the class `admin` among them, and how long the first one waits. */
  readonly waiting: number
  readonly waitingAdmin: number
  readonly oldestWaitMs: number
  /** How long a connection is usually held, and how long opening one takes; undefined: not known yet. */
  readonly holdMs: number | undefined
  readonly connectMs: number | undefined
}

/**
 * How many connections should be under way now. Who waits is served by whatever becomes free first, so a connection is worth
 * opening only for those who would still wait when it is there; the rest of the queue will have drained by then (HikariCP:
 * "Welcome to the Jungle", a caller waits for the pool, never for a connect). `admin` may go beyond the target.
 */
export function connectsWanted(demand: Demand): number {
  const { size, target, ceiling } = demand
  const toTarget = Math.max(0, target - size)
  const upkeep = demand.isKept ? toTarget : 0
  const forWaiting = Math.min(toTarget, stillWaiting(demand))
  const forAdmin = demand.waitingAdmin
  return Math.max(0, Math.min(Math.max(upkeep, forWaiting, forAdmin), ceiling - size))
}

/** Those who will not have been served by the time a connection begun now is there. */
function stillWaiting({ waiting, size, holdMs, connectMs, oldestWaitMs }: Demand): number {
  if (waiting === 0) return 0
  if (size === 0 || holdMs === undefined || connectMs === undefined) return waiting
  const drainMs = (waiting * holdMs) / size
  const isStuck = oldestWaitMs > Math.max(connectMs, drainMs)
  if (isStuck) return waiting // A connection begun when it came would be there: the usual hold says nothing today.
  return Math.max(0, Math.ceil(waiting - (size * connectMs) / Math.max(holdMs, 1e-3)))
}
