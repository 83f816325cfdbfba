import { Redis as Client, type RedisOptions as ClientOptions } from 'ioredis'
import type { Clock, Observer } from '../../base/index.ts'
import type { RedisEvent, RedisUse } from './events.ts'
import { causeOf } from './failure.ts'
import { CLOSE_GRACE_MS, type RedisRules } from './options.ts'
import { placeOf, type RedisTarget } from './target.ts'

export interface ConnectionSetup {
  readonly target: RedisTarget
  readonly rules: RedisRules
  readonly use: RedisUse
  readonly clock: Clock
  /** From 0 to 1, for spreading the attempts to reconnect. */
  readonly random: () => number
  readonly observe: Observer<RedisEvent>
  /** Called whenever it is connected, the first time and after every interruption. */
  readonly onReady?: (() => void) | undefined
}

/** One connection that comes back when it is lost. While it is lost, nothing is kept for later. */
export interface RedisConnection {
  readonly client: Client
  readonly isReady: boolean
  /** Why it is not ready. */
  readonly reason: Error
  close(): Promise<void>
}

/** Starts connecting at once, and never gives up. */
export function openConnection(setup: ConnectionSetup): RedisConnection {
  const { target, rules, use, clock, random, observe, onReady } = setup
  const place = placeOf(target)
  let reason = new Error(`${place}: not connected yet`)
  let isFirst = true
  let isClosed = false
  let cancelKeepalive = (): void => undefined
  const client = new Client({ ...clientOptions(target, rules), retryStrategy: lost })

  client.on('error', (error: unknown) => {
    reason = causeOf(error, target)
  })
  client.on('ready', () => {
    reason = new Error(`${place}: the connection was closed`)
    observe({ kind: 'redis.ready', use, place, isFirst })
    isFirst = false
    keepAlive()
    onReady?.()
  })

  /** The library asks how long to wait. `attempt` counts from 1 since the last success. */
  function lost(attempt: number): number {
    cancelKeepalive()
    const { reconnectDelayMinMs, reconnectDelayMaxMs } = rules
    const longest = Math.min(reconnectDelayMinMs * 2 ** (attempt - 1), reconnectDelayMaxMs)
    const retryInMs = Math.round(longest * (0.5 + 0.5 * random()))
    observe({ kind: 'redis.lost', use, place, error: reason, retryInMs })
    return retryInMs
  }

  /** Without an answer the library ends the connection after `unansweredMs`: so a peer that vanished is noticed. */
  function keepAlive(): void {
    cancelKeepalive()
    cancelKeepalive = clock.after(rules.keepaliveMs, () => {
      client.ping().catch(() => undefined)
      keepAlive()
    })
  }

  async function close(): Promise<void> {
    isClosed = true
    reason = new Error(`${place}: closed`)
    cancelKeepalive()
    const isOpen = ['connecting', 'connect', 'ready'].includes(client.status)
    const ended = isOpen && new Promise(resolve => client.once('end', resolve))
    client.disconnect()
    await ended
  }

  client.connect().catch(() => undefined) // The error has been heard, and it tries again.
  return {
    client,
    get isReady() {
      return client.status === 'ready' && !isClosed
    },
    get reason() {
      return reason
    },
    close,
  }
}

/**
 * Nothing is queued while there is no connection, and nothing is sent a second time: its caller has been told that it failed. `socketTimeout`
 * ends a connection on which something was asked and nothing came, also while it is being opened.
 */
function clientOptions(target: RedisTarget, rules: RedisRules) {
  const { host, port, username, password, database, isTls, authority } = target
  return {
    host,
    port,
    username,
    password,
    db: database,
    ...(isTls && { tls: authority === undefined ? {} : { ca: authority } }),
    keyPrefix: rules.keyPrefix,
    connectTimeout: rules.connectTimeoutMs,
    socketTimeout: rules.unansweredMs,
    disconnectTimeout: CLOSE_GRACE_MS,
    maxLoadingRetryTime: rules.unansweredMs,
    connectionName: 's-tier',
    disableClientInfo: true,
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    protocol: 2, // What every server and proxy speaks, and messages arrive on it as documented.
  } as const satisfies ClientOptions
}
