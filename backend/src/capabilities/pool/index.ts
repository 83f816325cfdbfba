// Connections to one PostgreSQL server: a bounded pool, several statements in one round trip, cancelling, listening,
// and precise words when there is no connection. The only room that knows the driver.
export type { Connection } from './connection.ts'
export {
  AnswerTooLargeError,
  CancelledError,
  ConnectionError,
  DatabaseError,
  type DatabaseErrorFields,
  PoolEndedError,
  PoolQueueFullError,
  PoolTimeoutError,
} from './errors.ts'
export type { DisconnectReason, PoolEvent } from './events.ts'
export {
  createListener,
  type Listener,
  type ListenerSetup,
  type OnNotification,
} from './listener.ts'
export {
  LISTENER_CHECKS,
  LISTENER_DEFAULTS,
  type ListenerOptions,
  type ListenerRules,
  POOL_CHECKS,
  POOL_DEFAULTS,
  type PoolOptions,
  type PoolRules,
} from './options.ts'
export { createPool, type Pool, type PoolSetup, type PoolStats } from './pool.ts'
export { probe, type ServerFacts } from './probe.ts'
export { DatabaseStartError, type StartCode } from './start-errors.ts'
export type { CancelSignal, Queryable, Row, Step, StepResult } from './steps.ts'
export { type Environment, parseTarget, placeOf, type SslMode, type Target } from './target.ts'
export { TargetError } from './target-error.ts'
