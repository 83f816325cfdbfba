import type { Clock, Observer } from '../../base/index.ts'
import type { RedisConnection } from './connection.ts'
import { RedisRefusalError } from './errors.ts'
import type { RedisEvent } from './events.ts'
import { failureOf } from './failure.ts'
import type { RedisRules } from './options.ts'
import type { RedisTarget } from './target.ts'

/** Must not throw. */
export type OnMessage = (message: string) => void
export type Unsubscribe = () => Promise<void>

export interface SubscriptionsSetup {
  readonly target: RedisTarget
  readonly rules: RedisRules
  readonly clock: Clock
  readonly observe: Observer<RedisEvent>
  /** A connection of their own: one that listens takes no other commands. Opened when it is needed. */
  readonly open: (onReady: () => void) => RedisConnection
}

export interface Subscriptions {
  subscribe(channel: string, onMessage: OnMessage, onSubscribed?: () => void): Promise<Unsubscribe>
  close(): Promise<void>
}

interface Subscription {
  readonly onMessage: OnMessage
  readonly onSubscribed: () => void
}

/** What is subscribed to is kept here, and told to every new connection. */
export function createSubscriptions(setup: SubscriptionsSetup): Subscriptions {
  const { target, rules, clock, observe, open } = setup
  const channels = new Map<string, Set<Subscription>>()
  let connection: RedisConnection | undefined
  let isClosed = false

  function connected(): RedisConnection {
    if (connection !== undefined) return connection
    connection = open(() => {
      for (const [channel, subscriptions] of channels) void listen(channel, [...subscriptions])
    })
    connection.client.on('message', (channel: string, message: string) => {
      for (const { onMessage } of channels.get(channel) ?? []) onMessage(message)
    })
    return connection
  }

  /** A connection that breaks meanwhile is followed by another, which does all of this again. */
  async function listen(channel: string, subscriptions: readonly Subscription[]): Promise<void> {
    try {
      await connection?.client.subscribe(channel)
      for (const { onSubscribed } of subscriptions) onSubscribed()
    } catch (cause) {
      const error = failureOf(cause, target)
      if (!(error instanceof RedisRefusalError)) return
      observe({ kind: 'redis.subscribe-failed', channel, error })
    }
  }

  function add(channel: string, subscription: Subscription): void {
    const others = channels.get(channel) ?? new Set()
    channels.set(channel, others.add(subscription))
    if (connected().isReady) void listen(channel, [subscription])
  }

  async function remove(channel: string, subscription: Subscription): Promise<void> {
    const others = channels.get(channel)
    if (others?.delete(subscription) !== true || others.size > 0) return
    channels.delete(channel)
    if (connection?.isReady !== true) return
    const answer = connection.client.unsubscribe(channel).catch(() => undefined)
    await soon(clock, rules.commandTimeoutMs, done => void answer.then(done))
  }

  return {
    async subscribe(name, onMessage, onSubscribed) {
      if (isClosed) return async () => undefined
      const channel = rules.keyPrefix + name
      let subscription: Subscription | undefined
      await soon(clock, rules.connectTimeoutMs, done => {
        const told = (): void => {
          done()
          onSubscribed?.()
        }
        subscription = { onMessage, onSubscribed: told }
        add(channel, subscription)
      })
      return async () => {
        if (subscription !== undefined) await remove(channel, subscription)
      }
    },
    async close() {
      isClosed = true
      channels.clear()
      await connection?.close()
    },
  }
}

/** Resolves when it is done, or when the time is over. */
function soon(clock: Clock, timeoutMs: number, begin: (done: () => void) => void): Promise<void> {
  return new Promise(resolve => {
    const cancel = clock.after(timeoutMs, resolve)
    begin(() => {
      cancel()
      resolve()
    })
  })
}
