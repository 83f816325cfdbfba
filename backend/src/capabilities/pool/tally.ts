import type { DisconnectReason } from './events.ts'

/** What a pool has done since it was made. */
export interface PoolCounts {
  readonly opened: number
  readonly closed: Readonly<Record<DisconnectReason, number>>
  /** Connects that failed. */
  readonly failed: number
  /** Callers for whom a connection could have been opened, but another was bound to become free sooner. */
  readonly elided: number
  /** Connections held for longer than `leakAfterMs`. */
  readonly leaked: number
  /** Statements cancelled in PostgreSQL. */
  readonly cancelled: number
}

/** The same, while it counts. */
export class Tally {
  opened = 0
  failed = 0
  elided = 0
  leaked = 0
  cancelled = 0
  readonly closed: Record<DisconnectReason, number> = {
    broken: 0,
    unclean: 0,
    dead: 0,
    idle: 0,
    old: 0,
    surplus: 0,
    evicted: 0,
    ended: 0,
  }

  /** Connections that went without our wish. */
  get lost(): number {
    const { broken, dead, evicted } = this.closed
    return broken + dead + evicted
  }

  counts(): PoolCounts {
    const { opened, failed, elided, leaked, cancelled, closed } = this
    return { opened, failed, elided, leaked, cancelled, closed: { ...closed } }
  }
}
