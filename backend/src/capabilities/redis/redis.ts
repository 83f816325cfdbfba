import {
  type Clock,
  ignoreEvents,
  type Observer,
  option,
  STierError,
  systemClock,
} from '../../base/index.ts'
import { openConnection } from './connection.ts'
import { within } from './deadline.ts'
import { RedisTimeoutError, RedisUnavailableError } from './errors.ts'
import type { RedisEvent } from './events.ts'
import { endingOf, failureOf, type RedisEnding } from './failure.ts'
import { REDIS_CHECKS, REDIS_DEFAULTS, type RedisOptions } from './options.ts'
import { createScripts } from './scripts.ts'
import { createSubscriptions, type OnMessage, type Unsubscribe } from './subscriptions.ts'
import { parseRedisUrl } from './target.ts'

export type RedisArgument = string | number | Buffer

/** What stands in front of every command; `createBreaker` of the breaker's room makes one. `enter` throws when it refuses. */
export interface RedisBreaker {
  enter(): number
  leave(permit: number, ending: RedisEnding, durationMs: number): void
}

export interface RedisSetup extends RedisOptions {
  readonly url: string
  readonly breaker?: RedisBreaker | undefined
  readonly observe?: Observer<RedisEvent>
  readonly clock?: Clock
  /** From 0 to 1, for spreading the attempts to reconnect. */
  readonly random?: () => number
}

/**
 * Redis for those who can do without it for a moment. Every command ends within `commandTimeoutMs`: with its answer, or rejected with ST601
 * (no connection), ST602 (no answer; it may still be carried out), ST603 (Redis refused) or what the breaker throws. Nothing is
 * sent twice. Keys and channels get `keyPrefix`. Replies are text, numbers, null and arrays of them.
 */
export interface Redis {
  /** Can a command be sent now? */
  readonly isReady: boolean
  /** Any command. Its keys get the prefix, where the command is known. Not for those that block or change the connection. */
  command(name: string, ...args: RedisArgument[]): Promise<unknown>
  /** The same, with bytes in the reply where `command` has text. */
  commandBytes(name: string, ...args: RedisArgument[]): Promise<unknown>
  /** Runs Lua: in Redis nothing else happens meanwhile. */
  eval(script: string, keys: readonly string[], args: readonly RedisArgument[]): Promise<unknown>
  publish(channel: string, message: string): Promise<void>
  /**
   * Hears a channel from now on, on a second connection, and again after every interruption. `onSubscribed` is called each time that
   * Redis has confirmed it: what was published before is lost, so whoever follows a state reads it again then. Resolves at the
   * first confirmation, or after `connectTimeoutMs` without one, and after `close` at once. Never rejects.
   */
  subscribe(channel: string, onMessage: OnMessage, onSubscribed?: () => void): Promise<Unsubscribe>
  /** Ends both connections, and what is under way with ST601. May be called twice. */
  close(): Promise<void>
}

/** Starts connecting at once, and never gives up. Throws ST001 for a wrong option and ST040 for a wrong URL. */
export function createRedis({ breaker, ...setup }: RedisSetup): Redis {
  const { observe = ignoreEvents, clock = systemClock, random = Math.random, ...options } = setup
  const rules = option.settled('redis', options, REDIS_CHECKS, REDIS_DEFAULTS)
  const target = parseRedisUrl(options.url)
  const common = { target, rules, clock, random, observe }
  const connection = openConnection({ ...common, use: 'commands' })
  const evaluate = createScripts()
  const subscriptions = createSubscriptions({
    ...common,
    open: onReady => openConnection({ ...common, use: 'subscriptions', onReady }),
  })

  /** The answer in time, or one of our errors. */
  async function send(call: () => Promise<unknown>): Promise<unknown> {
    if (!connection.isReady) throw new RedisUnavailableError(connection.reason)
    const { commandTimeoutMs } = rules
    try {
      const late = (): STierError => new RedisTimeoutError(commandTimeoutMs)
      return await within(call(), commandTimeoutMs, clock, late)
    } catch (error) {
      throw failureOf(error, target)
    }
  }

  async function run(call: () => Promise<unknown>): Promise<unknown> {
    if (breaker === undefined) return send(call)
    const permit = breaker.enter()
    const began = clock.now()
    let ending: RedisEnding = 'success'
    try {
      return await send(call)
    } catch (error) {
      if (error instanceof STierError) ending = endingOf(error)
      throw error
    } finally {
      breaker.leave(permit, ending, clock.now() - began)
    }
  }

  return {
    get isReady() {
      return connection.isReady
    },
    command: (name, ...args) => run(() => connection.client.call(name, ...args)),
    commandBytes: (name, ...args) => run(() => connection.client.callBuffer(name, ...args)),
    eval: (script, keys, args) => run(() => evaluate(connection.client, script, keys, args)),
    async publish(channel, message) {
      await run(() => connection.client.publish(rules.keyPrefix + channel, message))
    },
    subscribe: subscriptions.subscribe,
    async close() {
      await Promise.all([connection.close(), subscriptions.close()])
    },
  }
}
