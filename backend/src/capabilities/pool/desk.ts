import type { Clock, Observer } from '../../base/index.ts'
import {
  CancelledError,
  DeadlineError,
  PoolEndedError,
  PoolQueueFullError,
  PoolTimeoutError,
} from './errors.ts'
import type { PoolEvent } from './events.ts'
import type { Meter } from './meter.ts'
import type { PoolRules } from './options.ts'
import type { Holdings, Shares } from './shares.ts'
import type { Slot } from './slot.ts'
import type { UseOptions } from './use-options.ts'
import type { Waiter } from './waiting-list.ts'
import { WaitingRoom } from './waiting-room.ts'

/** Nobody is told to come back later than this, in seconds. */
const RETRY_AFTER_MAX_S = 60

export interface DeskSetup {
  readonly rules: PoolRules
  readonly clock: Clock
  readonly observe: Observer<PoolEvent>
  readonly meter: Meter
  readonly shares: Shares
  readonly holdings: Holdings
  /** A caller has the connection from now on. */
  readonly lend: (slot: Slot, options: UseOptions, now: number) => void
  /** Connections that are open, and those that will be or could be: who waits for one of them is not counted as a queue. */
  readonly open: () => number
  readonly coming: () => number
}

/** Where callers wait, are called, and are sent away. */
export class Desk {
  readonly room = new WaitingRoom<Slot>()
  readonly #setup: DeskSetup
  #isClosed = false

  constructor(setup: DeskSetup) {
    this.#setup = setup
  }

  /** Takes a caller in. Rejects at once whoever would wait in vain. */
  wait(options: UseOptions): Promise<Slot> {
    const { clock, meter, lend } = this.#setup
    const now = clock.now()
    const refusal = this.#refusal(options, now)
    if (refusal !== undefined) return Promise.reject(refusal)
    return new Promise((resolve, reject) => {
      const hasSlot = (slot: Slot) => {
        const calledAt = clock.now()
        meter.waited(calledAt - now)
        lend(slot, options, calledAt)
        resolve(slot)
      }
      this.room.add(this.#waiter(options, now, hasSlot, reject))
      meter.queued(now, true)
    })
  }

  /** Gives a free connection to the one whose turn it is. False: nobody waits who may have it. */
  offer(slot: Slot): boolean {
    while (this.room.size > 0) {
      const kind = this.#setup.shares.next(this.#setup.holdings)
      const waiter = kind === undefined ? undefined : this.room.take(kind)
      if (waiter === undefined) return false
      this.#noteQueue()
      if (waiter.signal?.aborted !== true) {
        waiter.resolve(slot)
        return true
      }
      waiter.reject(new CancelledError())
    }
    return false
  }

  /** Sends away those who have gone, or have waited as long as they may. */
  dismiss(now: number): void {
    const leaving = this.room.remove(
      ({ deadline, signal }) => now >= deadline || signal?.aborted === true,
    )
    this.#noteQueue()
    for (const waiter of leaving) waiter.reject(this.#reasonToLeave(waiter, now))
  }

  /** Sends everybody away. */
  giveUp(error: Error): void {
    const everybody = this.room.remove(() => true)
    this.#noteQueue()
    for (const waiter of everybody) waiter.reject(error)
  }

  /** Takes nobody in any more. */
  close(): void {
    this.#isClosed = true
    this.giveUp(new PoolEndedError())
  }

  #noteQueue(): void {
    if (this.room.size === 0) this.#setup.meter.queued(this.#setup.clock.now(), false)
  }

  #refusal(options: UseOptions, now: number): Error | undefined {
    if (this.#isClosed) return new PoolEndedError()
    if (options.deadline !== undefined && now >= options.deadline) return new DeadlineError()
    const { queueMax } = this.#setup.rules
    if (this.room.size - this.#setup.coming() < queueMax) return undefined
    this.#setup.observe({ kind: 'pool.queue-full', waiting: this.room.size })
    return new PoolQueueFullError(queueMax, this.#retryAfterS())
  }

  #waiter(
    options: UseOptions,
    now: number,
    resolve: (slot: Slot) => void,
    reject: (error: Error) => void,
  ): Waiter<Slot> {
    const latest = now + this.#setup.rules.acquireTimeoutMs
    const isOwnDeadline = options.deadline !== undefined && options.deadline < latest
    return {
      kind: options.class ?? 'interactive',
      tenant: options.tenant ?? '',
      since: now,
      deadline: isOwnDeadline ? (options.deadline ?? latest) : latest,
      isOwnDeadline,
      signal: options.signal,
      resolve,
      reject,
    }
  }

  #reasonToLeave({ since, signal, isOwnDeadline }: Waiter<Slot>, now: number): Error {
    if (signal?.aborted === true) return new CancelledError()
    if (isOwnDeadline) return new DeadlineError()
    this.#setup.observe({ kind: 'pool.acquire-timed-out', waiting: this.room.size })
    return new PoolTimeoutError(now - since, this.#retryAfterS())
  }

  /** When those who wait now will have been served, in whole seconds. */
  #retryAfterS(): number {
    const { meter, open } = this.#setup
    const measured = meter.lately.throughputPerSecond
    const hold = meter.usualHoldMs
    const possible = hold === undefined ? 0 : (open() * 1_000) / Math.max(hold, 1)
    const perSecond = measured > 0 ? measured : possible
    if (perSecond === 0) return 1
    return Math.min(RETRY_AFTER_MAX_S, Math.max(1, Math.ceil(this.room.size / perSecond)))
  }
}
