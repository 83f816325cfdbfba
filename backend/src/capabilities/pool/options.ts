import { option } from '../../base/index.ts'

const DAY_MS = 86_400_000
/** A string of V8 holds no more (`buffer.constants.MAX_STRING_LENGTH` of Node 20), and a column is read as one. */
const STRING_BYTES_MAX = 536_870_888

/** How many connections, how long they are kept, and how long a caller waits for one. */
export interface PoolOptions {
  /** Connections at most. Default 10. */
  sizeMax?: number
  /** Longest wait for a connection, in milliseconds; then PGRST003. Default 10_000. */
  acquireTimeoutMs?: number
  /** Callers waiting for a connection at most; one more is refused at once with ST510. Default 1_000. */
  queueMax?: number
  /** Longest time to open one connection, in milliseconds. Default 10_000. */
  connectTimeoutMs?: number
  /** An unused connection is closed after this time, in milliseconds. Default 30_000. */
  idleTimeoutMs?: number
  /** A connection is closed at this age once it is free, in milliseconds; spread by up to 10 %. Default 1_800_000. */
  lifetimeMs?: number
  /** Prepared statements kept on each connection; the least recently used are closed. Default 500. */
  statementsMax?: number
  /** Largest row taken from PostgreSQL, in bytes; a larger one is ST513 and ends its connection. Default 268_435_456. */
  answerBytesMax?: number
  /** Prepare statements by name. Switch off behind a pooler in transaction mode. Default true. */
  prepare?: boolean
}
export type PoolRules = Readonly<Required<PoolOptions>>
export const POOL_DEFAULTS: PoolRules = Object.freeze({
  sizeMax: 10,
  acquireTimeoutMs: 10_000,
  queueMax: 1_000,
  connectTimeoutMs: 10_000,
  idleTimeoutMs: 30_000,
  lifetimeMs: 1_800_000,
  statementsMax: 500,
  answerBytesMax: 268_435_456,
  prepare: true,
})
export const POOL_CHECKS: option.Checks<PoolOptions> = Object.freeze({
  sizeMax: option.integer({ min: 1, max: 10_000 }),
  acquireTimeoutMs: option.duration({ min: 1, max: 3_600_000 }),
  queueMax: option.integer({ min: 0, max: 1_000_000 }),
  connectTimeoutMs: option.duration({ min: 1, max: 600_000 }),
  idleTimeoutMs: option.duration({ min: 1, max: DAY_MS }),
  lifetimeMs: option.duration({ min: 1, max: 30 * DAY_MS }),
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
/** A cancelled statement that has not ended after this time costs its connection, in milliseconds. */
export const CANCEL_GRACE_MS = 5_000
/** A server that has not hung up this long after our goodbye is left, in milliseconds. */
export const CLOSE_GRACE_MS = 1_000
