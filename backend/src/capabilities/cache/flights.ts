import type { Clock, Observer } from '../../base/index.ts'
import type { Entry } from './entry.ts'
import { CacheClosedError, LoadTimeoutError } from './errors.ts'
import type { CacheEvent } from './events.ts'
import { Flight } from './flight.ts'
import type { Knowledge } from './knowledge.ts'
import type { Loading } from './loading.ts'
import type { Order } from './order.ts'
import type { Tally } from './tally.ts'

export interface FlightsParts<T, Version, Stamp, Data> {
  readonly loading: Loading<T, Version, Stamp, Data>
  readonly knowledge: Knowledge<Version, Stamp, Data>
  readonly clock: Clock
  readonly observe: Observer<CacheEvent>
  readonly tally: Tally
}

/** The loads that are under way: one for each key, and one more where a change has come in between. */
export class Flights<T, Version, Stamp, Data> {
  readonly #parts: FlightsParts<T, Version, Stamp, Data>
  readonly #table = new Map<string, Flight<T, Version, Data>>()
  /** Also those that nobody can join any more. */
  readonly #all = new Set<Flight<T, Version, Data>>()

  constructor(parts: FlightsParts<T, Version, Stamp, Data>) {
    this.#parts = parts
  }

  get count(): number {
    return this.#all.size
  }

  isUnderWay(key: string): boolean {
    return this.#table.has(key)
  }

  /** One that may bring what is wanted now. */
  joinable(key: string): Flight<T, Version, Data> | undefined {
    const flight = this.#table.get(key)
    if (flight?.origin === undefined) return flight
    const { dependencies = [], origin } = flight
    return this.#parts.knowledge.hasPassed(key, dependencies, origin) ? undefined : flight
  }

  begin(order: Order<T, Version, Data>): Flight<T, Version, Data> {
    const flight = new Flight<T, Version, Data>(order.dependencies, order.isForced)
    const isBeside = order.isForced && this.joinable(order.key) !== undefined
    if (!order.isPrivate && !isBeside) this.#table.set(order.key, flight)
    this.#all.add(flight)
    void this.#fly(flight, order)
    return flight
  }

  /** Begins one for which nobody waits, unless one is under way. */
  refresh(order: Order<T, Version, Data>, entry: Entry<T, Version, Data>): void {
    if (this.joinable(order.key) !== undefined) return
    const { tally, clock, observe } = this.#parts
    tally.refreshes++
    const flight = this.begin(order)
    flight.isBackground = true
    flight.promise.catch((error: unknown) => {
      entry.rest(clock.now() + order.terms.errorThrottleMs)
      if (!(error instanceof CacheClosedError)) observe({ kind: 'cache.refresh-failed', error })
    })
  }

  /** One more does not wait any longer. */
  leave(key: string, flight: Flight<T, Version, Data>, reason: unknown): void {
    flight.waiters--
    if (flight.waiters > 0 || flight.isBackground || flight.isOver) return
    this.#remove(key, flight)
    flight.abort(reason)
  }

  close(): void {
    for (const flight of this.#all) flight.abort(new CacheClosedError())
    this.#all.clear()
    this.#table.clear()
  }

  async #fly(flight: Flight<T, Version, Data>, order: Order<T, Version, Data>): Promise<void> {
    const stop = this.#limit(flight, order)
    try {
      flight.land(await this.#parts.loading.bring(flight, order))
    } catch (error) {
      flight.crash(error)
    } finally {
      stop?.()
      this.#remove(order.key, flight)
    }
  }

  /** Nobody waits for ever. What is loaded after that is still kept, if it is right. */
  #limit(flight: Flight<T, Version, Data>, { key, terms }: Order<T, Version, Data>) {
    const { clock, tally } = this.#parts
    if (terms.hardTimeoutMs === 0) return undefined
    return clock.after(terms.hardTimeoutMs, () => {
      tally.loadTimeouts++
      this.#remove(key, flight)
      flight.abort(new LoadTimeoutError(terms.hardTimeoutMs))
    })
  }

  #remove(key: string, flight: Flight<T, Version, Data>): void {
    if (this.#table.get(key) === flight) this.#table.delete(key)
    this.#all.delete(flight)
  }
}
