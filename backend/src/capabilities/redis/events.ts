/** One connection carries the commands; a second one, opened when it is needed, the subscriptions. */
export type RedisUse = 'commands' | 'subscriptions'

/** What the connections to Redis tell. `place` is host and port, never the URL. */
export type RedisEvent =
  | {
      readonly kind: 'redis.ready'
      readonly use: RedisUse
      readonly place: string
      readonly isFirst: boolean
    }
  /** A connection broke or could not be opened. */
  | {
      readonly kind: 'redis.lost'
      readonly use: RedisUse
      readonly place: string
      readonly error: Error
      readonly retryInMs: number
    }
  /** Redis does not let us hear a channel. */
  | { readonly kind: 'redis.subscribe-failed'; readonly channel: string; readonly error: Error }
