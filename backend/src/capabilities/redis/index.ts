// A connection to Redis on which nothing hangs: every command ends within its deadline, however frozen the other side is, and
// nothing waits for a connection that is not there. The only room that knows the client library.
export {
  RedisRefusalError,
  RedisTimeoutError,
  RedisUnavailableError,
  RedisUrlError,
} from './errors.ts'
export type { RedisEvent } from './events.ts'
export { REDIS_CHECKS, REDIS_DEFAULTS, type RedisOptions, type RedisRules } from './options.ts'
export {
  createRedis,
  type Redis,
  type RedisArgument,
  type RedisBreaker,
  type RedisSetup,
} from './redis.ts'
export type { OnMessage, Unsubscribe } from './subscriptions.ts'
