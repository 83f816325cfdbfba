import type { PoolClass } from './classes.ts'
import type { CancelSignal } from './steps.ts'

/** How a connection is asked for. */
export interface UseOptions {
  /** Leaves the queue when it is aborted. What runs is cancelled by the signal that its batch was given. */
  readonly signal?: CancelSignal | undefined
  /** What it is wanted for. Default `interactive`. */
  readonly class?: PoolClass | undefined
  /** On whose behalf: within a class, tenants take turns. Default: all are one tenant. */
  readonly tenant?: string | undefined
  /** Moment on the pool's clock at which waiting and running must be over; what runs then is cancelled. Default: none. */
  readonly deadline?: number | undefined
  /** The caller vouches that nothing of it stays in the session, so that it need not be reset. Default false. */
  readonly leavesNoTrace?: boolean | undefined
}
