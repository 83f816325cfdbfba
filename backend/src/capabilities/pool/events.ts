/** What the pool and the listener tell. */
export type PoolEvent =
  | { readonly kind: 'pool.connected'; readonly processId: number; readonly durationMs: number }
  | { readonly kind: 'pool.connect-failed'; readonly error: Error }
  /** A connection left the pool. `broken` and `unclean` are worth a look; the rest is routine. */
  | {
      readonly kind: 'pool.disconnected'
      readonly processId: number
      readonly reason: DisconnectReason
      readonly error: Error | undefined
    }
  | { readonly kind: 'pool.acquire-timed-out'; readonly waiting: number }
  | { readonly kind: 'pool.queue-full'; readonly waiting: number }
  | { readonly kind: 'pool.cancelled'; readonly processId: number }
  | { readonly kind: 'listener.connected'; readonly isFirst: boolean }
  | { readonly kind: 'listener.disconnected'; readonly error: unknown; readonly retryInMs: number }

/**
 * - `broken`: the socket failed or the server ended it
 * - `unclean`: its transaction could not be ended
 * - `idle`, `old`: past `idleTimeoutMs`, past `lifetimeMs`
 * - `ended`: the pool is ending
 */
export type DisconnectReason = 'broken' | 'unclean' | 'idle' | 'old' | 'ended'
