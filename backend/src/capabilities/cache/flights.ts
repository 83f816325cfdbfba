import type { Clock, Observer } from '../../base/index.ts'
import { Entry, lifeOf } from './entry.ts'
import { CacheClosedError, LoadTimeoutError } from './errors.ts'
import type { CacheEvent } from './events.ts'
import type { FirstLevel } from './first-level.ts'
import { Flight, type Landing } from './flight.ts'
import type { Load, LoadContext, Loaded } from './loader.ts'
import type { Knowledge } from './knowledge.ts'
import type { Origin } from './origin.ts'
import type { Terms } from './policy.ts'
import type { SecondLevel } from './second-level.ts'
import type { Tally } from './tally.ts'
import type { Dependency, Lease, Leases } from './types.ts'

export interface FlightsParts<T, Version, Stamp, Data> {
  readonly first: FirstLevel<T, Version, Data>
  readonly second: SecondLevel<T, Version, Data> | undefined
  readonly leases: Leases | undefined
  readonly knowledge: Knowledge<Version, Stamp, Data>
  readonly clock: Clock
  readonly random: () => number
  readonly observe: Observer<CacheEvent>
  readonly tally: Tally
}

/** What is to be loaded, and how. */
export interface Order<T, Version, Data> {
  readonly key: string
  readonly load: Load<T, Version, Data>
  readonly terms: Terms
  readonly dependencies: readonly Dependency<Data>[] | undefined
  /** The caller wants it from the loader, whatever the second level has. */
  readonly isForced: boolean
  /** It is still fresh: only what is newer is better. */
  readonly isEarly: boolean
  /** Only for who asks. */
  readonly isPrivate: boolean
  /** What it replaces. */
  readonly previous: T | undefined
}

/** The loads that are under way: one for each key, and one more where a change has come in between. */
export class Flights<T, Version, Stamp, Data> {
  readonly #parts: FlightsParts<T, Version, Stamp, Data>
  readonly #table = new Map<string, Flight<T, Version, Data>>()
  /** Also those that nobody can join any more. */
  readonly #all = new Set<Flight<T, Version, Data>>()

  #isClosed = false

  constructor(parts: FlightsParts<T, Version, Stamp, Data>) {
    this.#parts = parts
  }

  get count(): number {
    return this.#all.size
  }

  /** Keeps what was not loaded here, if nothing makes it old. */
  async put(key: string, loaded: Loaded<T, Version, Data>, terms: Terms): Promise<void> {
    const { knowledge, clock } = this.#parts
    const entry = this.#entryOf(loaded, knowledge.origin(), clock.now(), terms)
    const old = knowledge.madeOld(key, entry.dependencies, entry.origin)
    if (old === undefined) await this.#keep(key, entry)
  }

  /** Takes what comes from elsewhere for old, if it is. */
  judge(key: string, entry: Entry<T, Version, Data>): void {
    const { knowledge, clock, tally } = this.#parts
    const old = knowledge.madeOld(key, entry.dependencies, entry.origin)
    if (old === undefined) return
    tally.oldInL2[old]++
    entry.change(clock.now())
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
    this.#isClosed = true
    for (const flight of this.#all) flight.abort(new CacheClosedError())
    this.#all.clear()
    this.#table.clear()
  }

  async #fly(flight: Flight<T, Version, Data>, order: Order<T, Version, Data>): Promise<void> {
    const stop = this.#limit(flight, order)
    try {
      const isShared = this.#parts.second !== undefined && !order.isForced
      const found = isShared ? await this.#fromShared(flight, order) : undefined
      flight.land(found ?? (await this.#fromLoader(flight, order)))
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

  async #fromShared(
    flight: Flight<T, Version, Data>,
    order: Order<T, Version, Data>,
  ): Promise<Landing<T, Version, Data> | undefined> {
    const { first, second, knowledge, clock, tally } = this.#parts
    const entry = await second?.read(order.key, order.terms, order.dependencies)
    if (entry === undefined) return undefined
    this.judge(order.key, entry)
    const now = clock.now() // Not before: what is judged old is so from its own now on.
    if (now >= (order.isEarly ? entry.calmUntil : entry.freshUntil)) {
      if (now < entry.staleUntil) flight.spare = entry
      return undefined
    }
    tally.hits.l2++
    if (!order.isPrivate && !this.#isClosed) first.keep(order.key, entry)
    return { entry, from: 'l2', upTo: knowledge.heard }
  }

  /** Under the lease of all processes, where there is one. */
  async #fromLoader(
    flight: Flight<T, Version, Data>,
    order: Order<T, Version, Data>,
  ): Promise<Landing<T, Version, Data>> {
    const { leases, tally } = this.#parts
    if (leases === undefined || order.isPrivate || order.isForced) return this.#load(flight, order)
    const lease = await leases.acquire(order.key)
    if (lease === 'taken') {
      tally.leaseWaits++
      await leases.wait(order.key)
      return (await this.#fromShared(flight, order)) ?? this.#load(flight, order)
    }
    if (lease === 'unavailable') return this.#load(flight, order)
    try {
      const stored = lease.isStored === true ? await this.#fromShared(flight, order) : undefined
      if (stored !== undefined) void leases.release(order.key, lease)
      return stored ?? (await this.#load(flight, order, lease))
    } catch (error) {
      void leases.release(order.key, lease)
      throw error
    }
  }

  async #load(
    flight: Flight<T, Version, Data>,
    order: Order<T, Version, Data>,
    lease?: Lease,
  ): Promise<Landing<T, Version, Data>> {
    const { knowledge, clock, tally } = this.#parts
    const origin = knowledge.origin()
    flight.origin = origin
    const startedAt = clock.now()
    tally.loads++
    try {
      const loaded = await order.load(new Context(flight, order.previous))
      const entry = this.#entryOf(loaded, origin, startedAt, order.terms)
      const isCurrent = this.#fill(order, entry, lease)
      return { entry, from: 'loaded', upTo: isCurrent ? knowledge.heard : origin.heard }
    } catch (error) {
      tally.loadFailures++
      throw error
    }
  }

  #entryOf(
    loaded: Loaded<T, Version, Data>,
    origin: Origin<Version>,
    startedAt: number,
    terms: Terms,
  ): Entry<T, Version, Data> {
    const { clock, random } = this.#parts
    const { value, version, isNegative = false } = loaded
    const now = clock.now()
    const ttlMs = loaded.ttlMs ?? (isNegative ? terms.negativeTtlMs : terms.ttlMs)
    const loadMs = now - startedAt
    const found = {
      value,
      origin: version === undefined ? origin : { ...origin, version },
      dependencies: loaded.dependencies ?? [],
      isNegative,
      bytes: loaded.bytes ?? bytesOf(value),
      loadMs,
    }
    return new Entry(found, lifeOf(now, ttlMs, loadMs, terms, random()))
  }

  /** Keeps it if nothing has made it old meanwhile; who waits for it gets it in any case. Answers whether nothing has. */
  #fill(
    order: Order<T, Version, Data>,
    entry: Entry<T, Version, Data>,
    lease: Lease | undefined,
  ): boolean {
    const { knowledge, leases, tally } = this.#parts
    const { key, isPrivate } = order
    const old = knowledge.madeOld(key, entry.dependencies, entry.origin)
    if (old !== undefined) tally.droppedFills[old]++
    const isKept = old === undefined && !isPrivate
    const written = isKept ? this.#keep(key, entry, lease?.fence) : Promise.resolve()
    if (lease !== undefined) void written.then(() => leases?.release(key, lease))
    return old === undefined
  }

  /** In both levels. Resolves when it is in the second. */
  async #keep(key: string, entry: Entry<T, Version, Data>, fence?: number): Promise<void> {
    const { first, second, clock } = this.#parts
    const isOver = entry.value === undefined || entry.freshUntil <= clock.now()
    if (this.#isClosed || isOver) return
    first.keep(key, entry)
    await second?.write(key, entry, fence)
  }
}

/** A class for its getters: most loaders look at neither. */
class Context<T> implements LoadContext<T> {
  readonly previous: T | undefined
  readonly #flight: { readonly signal: AbortSignal }

  constructor(flight: { readonly signal: AbortSignal }, previous: T | undefined) {
    this.#flight = flight
    this.previous = previous
  }

  get signal(): AbortSignal {
    return this.#flight.signal
  }
}

/** What a value of unknown shape may take. */
const BYTES_GUESSED = 256

function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length * 2
  return value instanceof Uint8Array ? value.byteLength : BYTES_GUESSED
}
