import type { Clock, Observer } from '../../base/index.ts'
import type { PoolClass } from './classes.ts'
import type { PoolEvent, PoolerEvidence } from './events.ts'
import type { Connection } from './member.ts'
import type { Percentiles } from './meter.ts'
import type { PoolOptions } from './options.ts'
import type { SizingDecision } from './sizing/sizing.ts'
import type { Queryable } from './steps.ts'
import type { PoolCounts } from './tally.ts'
import type { Target } from './target.ts'
import type { UseOptions } from './use-options.ts'

/** What a pool needs besides its options. */
export interface PoolSetup extends PoolOptions {
  /** A URL, as `parseTarget` reads it, or what that made of one. */
  readonly target: Target | string
  /** What events and statistics call it. Default: host and port; events then do without. */
  readonly name?: string | undefined
  readonly observe?: Observer<PoolEvent>
  readonly clock?: Clock
  /** From 0 to 1, for spreading age limits and attempts to connect. */
  readonly random?: () => number
}

/** A pool at this moment. Times are in milliseconds. */
export interface PoolStats extends PoolCounts {
  readonly name: string
  /** Open connections: the free ones, and those with callers or between two of them. */
  readonly size: number
  readonly idle: number
  readonly busy: number
  readonly connecting: number
  /** Callers without a connection. */
  readonly waiting: number
  readonly sizeMin: number
  readonly sizeMax: number
  /**
   * Connections that it aims at; that it would aim at without limits; that `limit` allows; and that it may have now, as
   * the server may have none left.
   */
  readonly target: number
  readonly wanted: number
  readonly limit: number
  readonly ceiling: number
  /** Mean of the last 10 s: busy connections, as a part of the open ones too, and uses that ended per second. */
  readonly busyMean: number
  readonly utilisation: number
  readonly throughputPerSecond: number
  /** Of the last 30 s: how long callers waited for a connection, and how long they held it. */
  readonly waitMs: Percentiles
  readonly holdMs: Percentiles
  readonly classes: Readonly<Record<PoolClass, { readonly busy: number; readonly waiting: number }>>
  /** The last 50, in their order. */
  readonly decisions: readonly SizingDecision[]
  /** Statements are prepared by name. */
  readonly isPreparing: boolean
  /** How a pooler in transaction mode gave itself away; undefined: none is known of. */
  readonly poolerDetected: PoolerEvidence | undefined
}

/**
 * Connections to one server. A caller waits for the pool, never for a connection of its own: whichever is free first serves
 * whoever has waited longest (HikariCP). How many there are follows the load (`sizing/`). Until `fill` is called it opens
 * them as they are wanted; from then on it keeps as many as it aims at.
 */
export interface Pool extends Queryable {
  /**
   * Runs `work` with a connection and takes it back afterwards, whatever happens: a transaction left open is rolled back,
   * and the session is reset unless the caller vouches for it. Throws `PoolTimeoutError`, `PoolQueueFullError`,
   * `PoolEndedError`, `CancelledError` (while waiting), `DeadlineError`, `ConnectionError`, and what `work` throws.
   */
  use<T>(work: (connection: Connection) => Promise<T>, options?: UseOptions): Promise<T>
  stats(): PoolStats
  /**
   * Opens `sizeMin` connections and from then on keeps as many as it aims at. Rejects with the first `ConnectionError` when
   * none could be opened, and goes on trying.
   */
  fill(): Promise<void>
  /**
   * The server is not to be used as it was: free connections are closed, the others when they are given back, or `now`; then
   * their callers get `ConnectionError` PGRST001 caused by `reason`, and those who wait get PGRST000. Those that are
   * opened afterwards are fresh.
   */
  evict(reason: Error, when: 'now' | 'when-free'): void
  /** Never more connections than this from now on; those above it are closed as they become free. */
  limit(connections: number, reason: string): void
  /**
   * Hands out nothing more, waits until everything is given back, closes. What is still out after `deadlineMs` is cut
   * off. Resolves when all connections are closed, with the number of those cut off.
   */
  end(deadlineMs: number): Promise<number>
}
