import { option } from '../../base/index.ts'

const DAY_MS = 86_400_000
/** A string of V8 holds no more (`buffer.constants.MAX_STRING_LENGTH` of Node 20), and a column is read as one. */
const STRING_BYTES_MAX = 536_870_888

/** How many connections, how long they are kept, and how long a caller waits for one. */
export interface PoolOptions {
  /** Connections that are kept open once the pool is filled; never more than `sizeMax`. Default 10. */
  sizeMin?: number
  /** Connections at most. Default 100. */
  sizeMax?: number
  /** The part of the connections that should be busy, from 0.1 to 1: the size follows it. Default 0.75. */
  utilisationTarget?: number
  /** Time between two decisions about the size, in milliseconds; a queue is answered at once. Default 30_000. */
  resizeEveryMs?: number
  /** Wait for a connection (95th percentile) above which more of them are tried, in milliseconds. Default 5. */
  queueWaitTargetMs?: number
  /** The part of the connections that work of the class `batch` may hold while others wait. Default 0.25. */
  batchShareMin?: number
  /** The part of the connections that work of the class `batch` may hold at any time. Default 0.75. */
  batchShareMax?: number
  /** Longest wait for a connection, in milliseconds; then PGRST003. Default 10_000. */
  acquireTimeoutMs?: number
  /** Callers waiting for a connection at most; one more is refused at once with ST510. Default 1_000. */
  queueMax?: number
  /** Longest time to open one connection, in milliseconds. Default 10_000. */
  connectTimeoutMs?: number
  /** Connections opened in any one second at most, so that a restarted server is not stormed. Default 50. */
  connectsPerSecondMax?: number
  /** A connection unused for this long is tried before it is used again, in milliseconds. Default 30_000. */
  keepaliveMs?: number
  /** In a pool that was not filled, an unused connection is closed after this time, in milliseconds. Default 30_000. */
  idleTimeoutMs?: number
  /** A connection is closed at this age once it is free, in milliseconds; spread by up to 10 %. Default 1_800_000. */
  lifetimeMs?: number
  /** A connection that one caller has held this long is reported with the caller's stack, in milliseconds; 0: none. Default 0. */
  leakAfterMs?: number
  /** Prepared statements kept on each connection; the least recently used are closed. Default 500. */
  statementsMax?: number
  /** Largest row taken from PostgreSQL, in bytes; a larger one is ST513 and ends its connection. Default 268_435_456. */
  answerBytesMax?: number
  /** Prepare statements by name. Switched off by itself when a pooler in transaction mode is noticed. Default true. */
  prepare?: boolean
}
export type PoolRules = Readonly<Required<PoolOptions>>
export const POOL_DEFAULTS: PoolRules = Object.freeze({
  sizeMin: 10,
  sizeMax: 100,
  utilisationTarget: 0.75,
  resizeEveryMs: 30_000,
  queueWaitTargetMs: 5,
  batchShareMin: 0.25,
  batchShareMax: 0.75,
  acquireTimeoutMs: 10_000,
  queueMax: 1_000,
  connectTimeoutMs: 10_000,
  connectsPerSecondMax: 50,
  keepaliveMs: 30_000,
  idleTimeoutMs: 30_000,
  lifetimeMs: 1_800_000,
  leakAfterMs: 0,
  statementsMax: 500,
  answerBytesMax: 268_435_456,
  prepare: true,
})
export const POOL_CHECKS: option.Checks<PoolOptions> = Object.freeze({
  sizeMin: option.integer({ min: 1, max: 10_000 }),
  sizeMax: option.integer({ min: 1, max: 10_000 }),
  utilisationTarget: option.number({ min: 0.1, max: 1 }),
  resizeEveryMs: option.duration({ min: 10, max: 3_600_000 }),
  queueWaitTargetMs: option.duration({ min: 1, max: 60_000 }),
  batchShareMin: option.number({ min: 0, max: 1 }),
  batchShareMax: option.number({ min: 0, max: 1 }),
  acquireTimeoutMs: option.duration({ min: 1, max: 3_600_000 }),
  queueMax: option.integer({ min: 0, max: 1_000_000 }),
  connectTimeoutMs: option.duration({ min: 1, max: 600_000 }),
  connectsPerSecondMax: option.integer({ min: 1, max: 10_000 }),
  keepaliveMs: option.duration({ min: 1, max: DAY_MS }),
  idleTimeoutMs: option.duration({ min: 1, max: DAY_MS }),
  lifetimeMs: option.duration({ min: 1, max: 30 * DAY_MS }),
  leakAfterMs: option.duration({ min: 0, max: DAY_MS }),
  statementsMax: option.integer({ min: 1, max: 100_000 }),
  answerBytesMax: option.integer({ min: 65_536, max: STRING_BYTES_MAX }),
  prepare: option.flag(),
})

/** How a listener keeps its one connection. */
export interface ListenerOptions {
  /** First wait before connecting again, in milliseconds; doubles with every failure. Default 100. */
  reconnectDelayMinMs?: number
  /** Longest wait before connecting again, in milliseconds. Default 10_000. */
  reconnectDelayMaxMs?: number
  /** Longest time to open the connection, in milliseconds. Default 10_000. */
  connectTimeoutMs?: number
  /** The connection is tried out this often, in milliseconds, and replaced when it does not answer. Default 30_000. */
  keepaliveMs?: number
}
export type ListenerRules = Readonly<Required<ListenerOptions>>
export const LISTENER_DEFAULTS: ListenerRules = Object.freeze({
  reconnectDelayMinMs: 100,
  reconnectDelayMaxMs: 10_000,
  connectTimeoutMs: 10_000,
  keepaliveMs: 30_000,
})
export const LISTENER_CHECKS: option.Checks<ListenerOptions> = Object.freeze({
  reconnectDelayMinMs: option.duration({ min: 1, max: 600_000 }),
  reconnectDelayMaxMs: option.duration({ min: 1, max: 600_000 }),
  connectTimeoutMs: option.duration({ min: 1, max: 600_000 }),
  keepaliveMs: option.duration({ min: 10, max: DAY_MS }),
})

/** Callers that gave up, connections that grew old: both are looked for this often, in milliseconds. */
export const WATCH_EVERY_MS = 25
export const REAP_EVERY_MS = 1_000
/** The size is thought about this often, in milliseconds. */
export const SAMPLE_EVERY_MS = 250
/** A statement cancelled for a caller that has gone costs its connection after this time, in milliseconds. */
export const CANCEL_GRACE_MS = 5_000
/** The same where the caller still waits, its deadline passed: the answer cannot wait for a server that is frozen. */
export const DEADLINE_GRACE_MS = 1_000
/** What is done between two callers may take so long, in milliseconds: rollback and reset; a sign of life. */
export const CLEANING_MAX_MS = 5_000
export const PING_MAX_MS = 1_000
/** Connections being opened at the same time at most: each is a new process for the server. */
export const CONNECTING_MAX = 8
/** Wait after a failed connect: doubles from the first to the second, in milliseconds; half of it by chance. */
export const BACKOFF_MIN_MS = 50
export const BACKOFF_MAX_MS = 500
/** A server that said it has no connection left is not asked for another one during this time, in milliseconds. */
export const SERVER_FULL_MS = 2_000
/** From this size on, the last connection is left to the class `admin`. */
export const ADMIN_RESERVE_FROM = 8
/** A server that has not hung up this long after our goodbye is left, in milliseconds. */
export const CLOSE_GRACE_MS = 1_000
