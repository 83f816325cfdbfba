import type { Clock, Observer } from '../../../base/index.ts'
import type { CacheEvent } from '../events.ts'
import type { CacheRedis } from './cache-redis.ts'

/** Trouble that goes on is told again so often. */
const TOLD_EVERY_MS = 10_000

export interface AttemptsSetup {
  readonly part: SharedPart
  readonly redis: Pick<CacheRedis, 'isReady'>
  readonly clock: Clock
  readonly observe: Observer<CacheEvent>
}

/** The parts of a cache that need Redis. */
export type SharedPart = 'store' | 'leases' | 'bus'

/** Calls that may fail, where nobody can do anything about it but go on without. */
export interface Attempts {
  /** Those that failed. */
  readonly failures: number
  /** The answer, or `otherwise`: at once without a connection, and when the call rejects. Never rejects. */
  run<T, F>(call: () => Promise<T>, otherwise: F): Promise<T | F>
}

/** Trouble is told when it begins, then every ten seconds; and its end. */
export function createAttempts({ part, redis, clock, observe }: AttemptsSetup): Attempts {
  let failures = 0
  let untold = 0
  let isTroubled = false
  let toldAt = Number.NEGATIVE_INFINITY

  function failed(error: unknown): void {
    failures++
    untold++
    isTroubled = true
    if (clock.now() - toldAt < TOLD_EVERY_MS) return
    observe({ kind: 'cache.shared-failed', part, error, failures: untold })
    toldAt = clock.now()
    untold = 0
  }

  function succeeded(): void {
    if (!isTroubled) return
    isTroubled = false
    observe({ kind: 'cache.shared-works', part })
  }

  return {
    get failures() {
      return failures
    },
    async run(call, otherwise) {
      if (!redis.isReady) {
        failed(NOT_CONNECTED)
        return otherwise
      }
      try {
        const answer = await call()
        succeeded()
        return answer
      } catch (error) {
        failed(error)
        return otherwise
      }
    },
  }
}

/** One for all: with a stack for each miss, Redis away would cost more than Redis. */
const NOT_CONNECTED = new Error('There is no connection to Redis')
