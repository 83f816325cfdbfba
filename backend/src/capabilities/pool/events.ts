import type { SizingDecision } from './sizing/sizing.ts'

/** What the pool and the listener tell. `node`: the pool's name, where it has one. */
export type PoolEvent = PoolHappening & { readonly node?: string | undefined }

type PoolHappening =
  | { readonly kind: 'pool.connected'; readonly processId: number; readonly durationMs: number }
  /** `inARow`: failures since a connection was opened last, this one included. */
  | { readonly kind: 'pool.connect-failed'; readonly error: Error; readonly inARow: number }
  /** Connections that are wanted are not opened yet. */
  | {
      readonly kind: 'pool.connects-held-back'
      readonly reason: HoldBackReason
      readonly forMs: number
    }
  /** A connection left the pool. `broken` and `unclean` are worth a look; the rest is routine. */
  | {
      readonly kind: 'pool.disconnected'
      readonly processId: number
      readonly reason: DisconnectReason
      readonly error: Error | undefined
    }
  /** The pool aims at another size from now on, and why. */
  | { readonly kind: 'pool.resized'; readonly decision: SizingDecision }
  /** It may not have more connections than this from now on, whatever it aims at. */
  | { readonly kind: 'pool.limited'; readonly connections: number; readonly reason: string }
  | { readonly kind: 'pool.evicted'; readonly connections: number; readonly reason: Error }
  | { readonly kind: 'pool.acquire-timed-out'; readonly waiting: number }
  | { readonly kind: 'pool.queue-full'; readonly waiting: number }
  /** A statement was cancelled in PostgreSQL: its caller has gone, or its time is up. */
  | {
      readonly kind: 'pool.cancelled'
      readonly processId: number
      readonly reason: 'abandoned' | 'deadline'
    }
  /** One caller has held a connection for `pool.leakAfterMs`; `stack` is where it asked for it. */
  | {
      readonly kind: 'pool.leak-suspected'
      readonly processId: number
      readonly heldMs: number
      readonly stack: string
    }
  /** Statements are not kept where they were prepared: they are not prepared by name any more. */
  | { readonly kind: 'pool.pooler-detected'; readonly evidence: PoolerEvidence }
  | { readonly kind: 'listener.connected'; readonly isFirst: boolean }
  | { readonly kind: 'listener.disconnected'; readonly error: unknown; readonly retryInMs: number }

/**
 * - `failures`: the last attempts failed; the next one comes after a wait that grows
 * - `rate`: `connectsPerSecondMax` were opened within the last second
 * - `server-full`: the server has no connection left (SQLSTATE 53300)
 */
export type HoldBackReason = 'failures' | 'rate' | 'server-full'

/** `other-backend`: another process answers than logged in. `lost-statements`: they disappear again and again. */
export type PoolerEvidence = 'other-backend' | 'lost-statements'

/**
 * - `broken`: the socket failed or the server ended it
 * - `unclean`: its transaction could not be ended, or its session could not be reset
 * - `dead`: it did not answer when it was tried
 * - `idle`, `old`: past `idleTimeoutMs`, past `lifetimeMs`
 * - `surplus`: the pool aims at fewer
 * - `evicted`: its server is not to be used any more
 * - `ended`: the pool is ending
 */
export type DisconnectReason =
  | 'broken'
  | 'unclean'
  | 'dead'
  | 'idle'
  | 'old'
  | 'surplus'
  | 'evicted'
  | 'ended'
