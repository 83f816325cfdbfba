import { option } from '../../base/index.ts'

const HOUR_MS = 3_600_000

/** Where Redis is, and how long anybody waits for it. */
export interface RedisOptions {
  /** `redis://user:password@host:6379/0`, or `rediss://` with TLS. Default: none, and nothing uses Redis. */
  url?: string | undefined
  /** What all keys and channels begin with. Default `s-tier:`. */
  keyPrefix?: string
  /** Longest time for one command, in milliseconds; then ST602. Default 25. */
  commandTimeoutMs?: number
  /** Longest time to open a connection, in milliseconds. Default 1_000. */
  connectTimeoutMs?: number
  /** A connection that answers nothing for so long while something is asked is replaced, in milliseconds. Default 1_000. */
  unansweredMs?: number
  /** Each connection is tried out this often, in milliseconds. Default 5_000. */
  keepaliveMs?: number
  /** First wait before connecting again, in milliseconds; doubles with every failure. Default 50. */
  reconnectDelayMinMs?: number
  /** Longest wait before connecting again, in milliseconds. Default 2_000. */
  reconnectDelayMaxMs?: number
}
export type RedisRules = Readonly<Required<RedisOptions>>
export const REDIS_DEFAULTS: RedisRules = Object.freeze({
  url: undefined,
  keyPrefix: 's-tier:',
  commandTimeoutMs: 25,
  connectTimeoutMs: 1_000,
  unansweredMs: 1_000,
  keepaliveMs: 5_000,
  reconnectDelayMinMs: 50,
  reconnectDelayMaxMs: 2_000,
})
export const REDIS_CHECKS: option.Checks<RedisOptions> = Object.freeze({
  url: option.url('redis:', 'rediss:'),
  keyPrefix: option.text(),
  commandTimeoutMs: option.duration({ min: 1, max: 60_000 }),
  connectTimeoutMs: option.duration({ min: 1, max: 600_000 }),
  unansweredMs: option.duration({ min: 10, max: 600_000 }),
  keepaliveMs: option.duration({ min: 10, max: HOUR_MS }),
  reconnectDelayMinMs: option.duration({ min: 1, max: 600_000 }),
  reconnectDelayMaxMs: option.duration({ min: 1, max: 600_000 }),
})

/** A Redis that has not hung up this long after our goodbye is left, in milliseconds. */
export const CLOSE_GRACE_MS = 100
/** Scripts whose digests are remembered. Ours are a handful. */
export const SCRIPTS_MAX = 100
