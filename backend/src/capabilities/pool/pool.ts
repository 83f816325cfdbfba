import { type Clock, ignoreEvents, type Observer, option, systemClock } from '../../base/index.ts'
import { type Connection, PooledConnection } from './connection.ts'
import {
  CancelledError,
  ConnectionError,
  PoolEndedError,
  PoolQueueFullError,
  PoolTimeoutError,
} from './errors.ts'
import type { DisconnectReason, PoolEvent } from './events.ts'
import { openClient } from './open-client.ts'
import {
  POOL_CHECKS,
  POOL_DEFAULTS,
  type PoolOptions,
  type PoolRules,
  REAP_EVERY_MS,
  WATCH_EVERY_MS,
} from './options.ts'
import type { CancelSignal, Queryable } from './steps.ts'
import type { Target } from './target.ts'
import { createTicker, type Ticker } from './ticker.ts'
import { type Waiter, WaitingList } from './waiting-list.ts'

/** What a pool needs besides its options. */
export interface PoolSetup extends PoolOptions {
  readonly target: Target
  readonly observe?: Observer<PoolEvent>
  readonly clock?: Clock
  /** From 0 to 1, for spreading the age limits. */
  readonly random?: () => number
}

export interface PoolStats {
  /** Open connections, free ones among them, and the limit. */
  readonly size: number
  readonly idle: number
  readonly busy: number
  readonly connecting: number
  readonly sizeMax: number
  /** Callers without a connection. */
  readonly waiting: number
}

export interface Pool extends Queryable {
  /**
   * Runs `work` with a connection and takes it back afterwards, whatever happens. Throws `PoolTimeoutError`,
   * `PoolQueueFullError`, `PoolEndedError`, `CancelledError` (while waiting), `ConnectionError`, and what `work` throws.
   */
  use<T>(work: (connection: Connection) => Promise<T>, signal?: CancelSignal): Promise<T>
  stats(): PoolStats
  /**
   * Hands out nothing more, waits until everything is given back, closes. What is still out after `deadlineMs` is cut
   * off. Resolves when all connections are closed, with the number of those cut off.
   */
  end(deadlineMs: number): Promise<number>
}

/** A pool of connections to one server. Opens none before the first is wanted. Throws ST001 for a wrong option. */
export function createPool(setup: PoolSetup): Pool {
  return new BoundedPool(setup)
}

class BoundedPool implements Pool {
  readonly #target: Target
  readonly #rules: PoolRules
  readonly #observe: Observer<PoolEvent>
  readonly #clock: Clock
  readonly #random: () => number
  readonly #all = new Set<PooledConnection>()
  /** The last given back is the next handed out: its caches are warm, and what is not needed grows old at the bottom. */
  readonly #idle: PooledConnection[] = []
  readonly #waiting = new WaitingList<PooledConnection>()
  readonly #watch: Ticker
  readonly #reap: Ticker
  readonly #closing = new Set<Promise<void>>()
  #connecting = 0
  #isEnding = false
  #onDrained: (() => void) | undefined = undefined

  constructor({ target, observe, clock, random, ...options }: PoolSetup) {
    this.#target = target
    this.#rules = option.settled('pool', options, POOL_CHECKS, POOL_DEFAULTS)
    this.#observe = observe ?? ignoreEvents
    this.#clock = clock ?? systemClock
    this.#random = random ?? Math.random
    this.#watch = createTicker(this.#clock, WATCH_EVERY_MS, () => this.#watchCallers())
    this.#reap = createTicker(this.#clock, REAP_EVERY_MS, () => this.#reapConnections())
  }

  use<T>(work: (connection: Connection) => Promise<T>, signal?: CancelSignal): Promise<T> {
    const connection = this.#takeIdle()
    if (connection !== undefined) return this.#run(connection, work)
    return this.#wait(signal).then(served => this.#run(served, work))
  }

  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]> {
    return this.use(connection => connection.query(text, values))
  }

  stats(): PoolStats {
    const size = this.#all.size
    const idle = this.#idle.length
    return {
      size,
      idle,
      busy: size - idle,
      connecting: this.#connecting,
      sizeMax: this.#rules.sizeMax,
      waiting: this.#waiting.size,
    }
  }

  async end(deadlineMs: number): Promise<number> {
    this.#isEnding = true
    this.#rejectAll(new PoolEndedError())
    for (const connection of this.#idle.splice(0)) this.#drop(connection, 'ended')
    await this.#drained(deadlineMs)
    const cut = [...this.#all]
    for (const connection of cut) this.#drop(connection, 'ended')
    await Promise.all(this.#closing)
    this.#watch.stop()
    this.#reap.stop()
    return cut.length
  }

  /** The next free connection, straight away, unless somebody has to be refused or wait. */
  #takeIdle(): PooledConnection | undefined {
    return this.#isEnding ? undefined : this.#idle.pop()
  }

  async #run<T>(
    connection: PooledConnection,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    try {
      return await work(connection)
    } finally {
      this.#release(connection)
    }
  }

  #wait(signal: CancelSignal | undefined): Promise<PooledConnection> {
    if (this.#isEnding) return Promise.reject(new PoolEndedError())
    const { queueMax, acquireTimeoutMs } = this.#rules
    if (this.#room() <= 0 && this.#waiting.size - this.#connecting >= queueMax) {
      this.#observe({ kind: 'pool.queue-full', waiting: this.#waiting.size })
      return Promise.reject(new PoolQueueFullError(queueMax))
    }
    return new Promise((resolve, reject) => {
      const deadline = this.#clock.now() + acquireTimeoutMs
      this.#waiting.add({ deadline, signal, resolve, reject })
      this.#watch.start()
      if (this.#waiting.size > this.#connecting && this.#room() > 0) void this.#connect()
    })
  }

  /** Connections that may still be opened. */
  #room(): number {
    return this.#rules.sizeMax - this.#all.size - this.#connecting
  }

  async #connect(): Promise<void> {
    this.#connecting++
    const startedAt = this.#clock.now()
    try {
      const client = await openClient(this.#target, this.#rules.connectTimeoutMs)
      const { lifetimeMs } = this.#rules
      const expiresAt = this.#clock.now() + lifetimeMs * (1 - 0.1 * this.#random())
      const connection = new PooledConnection({
        client,
        target: this.#target,
        ...this.#rules,
        expiresAt,
        onWatched: () => this.#watch.start(),
      })
      this.#connecting--
      this.#welcome(connection, this.#clock.now() - startedAt)
    } catch (error) {
      this.#connecting--
      this.#connectFailed(error)
    }
  }

  #welcome(connection: PooledConnection, durationMs: number): void {
    const { processId } = connection
    this.#observe({ kind: 'pool.connected', processId, durationMs })
    this.#all.add(connection)
    connection.onLost(error => this.#drop(connection, 'broken', error))
    this.#reap.start()
    this.#hand(connection)
  }

  /** Others may still serve those who wait. When there are none, nobody will, and waiting longer is no use. */
  #connectFailed(error: unknown): void {
    const reported = new ConnectionError('PGRST000', error)
    this.#observe({ kind: 'pool.connect-failed', error: reported })
    if (this.#all.size === 0 && this.#connecting === 0) this.#rejectAll(reported)
    this.#checkDrained()
  }

  #release(connection: PooledConnection): void {
    if (connection.isClean) this.#hand(connection)
    else void this.#cleanAndHand(connection)
  }

  async #cleanAndHand(connection: PooledConnection): Promise<void> {
    if (await connection.clean()) this.#hand(connection)
    else this.#drop(connection, 'unclean')
  }

  /** To whoever waits longest, or to the idle ones. */
  #hand(connection: PooledConnection): void {
    if (connection.isLost) return // Dropped when it was lost.
    const now = this.#clock.now()
    if (this.#isEnding) this.#drop(connection, 'ended')
    else if (now >= connection.expiresAt) this.#drop(connection, 'old')
    else this.#serve(connection, now)
  }

  #serve(connection: PooledConnection, now: number): void {
    const waiter = this.#waiting.size > 0 ? this.#waiting.take() : undefined
    if (waiter !== undefined) {
      waiter.resolve(connection)
      return
    }
    connection.freeSince = now
    this.#idle.push(connection)
  }

  #drop(connection: PooledConnection, reason: DisconnectReason, error?: Error): void {
    if (!this.#all.delete(connection)) return
    const place = this.#idle.indexOf(connection)
    if (place >= 0) this.#idle.splice(place, 1)
    if (reason === 'unclean') connection.destroy()
    else if (reason !== 'broken') this.#close(connection)
    this.#observe({ kind: 'pool.disconnected', processId: connection.processId, reason, error })
    if (this.#waiting.size > this.#connecting && this.#room() > 0) void this.#connect()
    this.#checkDrained()
  }

  #close(connection: PooledConnection): void {
    const closing = connection.end().finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }

  /** Callers that have gone: off the list, and their statements cancelled. Callers that waited too long: told so. */
  #watchCallers(): boolean {
    const now = this.#clock.now()
    if (this.#waiting.size > 0) this.#dismiss(now)
    let isWatched = false
    for (const connection of this.#all) {
      if (connection.cancelIfAbandoned(now)) {
        this.#observe({ kind: 'pool.cancelled', processId: connection.processId })
      }
      isWatched ||= connection.isWatched
    }
    return isWatched || this.#waiting.size > 0
  }

  #dismiss(now: number): void {
    const leaving = this.#waiting.remove(
      ({ deadline, signal }) => now >= deadline || signal?.aborted === true,
    )
    for (const waiter of leaving) waiter.reject(this.#reasonToLeave(waiter, now))
  }

  #reasonToLeave({ deadline, signal }: Waiter<PooledConnection>, now: number): Error {
    if (signal?.aborted === true) return new CancelledError()
    this.#observe({ kind: 'pool.acquire-timed-out', waiting: this.#waiting.size })
    return new PoolTimeoutError(this.#rules.acquireTimeoutMs + now - deadline)
  }

  #reapConnections(): boolean {
    const now = this.#clock.now()
    for (const connection of [...this.#idle]) {
      if (now >= connection.expiresAt) this.#drop(connection, 'old')
      else if (now - connection.freeSince >= this.#rules.idleTimeoutMs)
        this.#drop(connection, 'idle')
    }
    return this.#all.size > 0
  }

  #rejectAll(error: Error): void {
    for (const waiter of this.#waiting.remove(() => true)) waiter.reject(error)
  }

  #drained(deadlineMs: number): Promise<void> {
    if (this.#isDrained()) return Promise.resolve()
    return new Promise(resolve => {
      const stop = this.#clock.after(deadlineMs, resolve)
      this.#onDrained = () => {
        stop()
        resolve()
      }
    })
  }

  #checkDrained(): void {
    if (this.#isEnding && this.#isDrained()) this.#onDrained?.()
  }

  #isDrained(): boolean {
    return this.#all.size === 0 && this.#connecting === 0
  }
}
