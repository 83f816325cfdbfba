import type { Clock } from '../../base/index.ts'
import type { Flight, Landing } from './flight.ts'
import type { Knowledge } from './knowledge.ts'
import type { Levels } from './levels.ts'
import type { LoadContext } from './loader.ts'
import type { Order } from './order.ts'
import type { Tally } from './tally.ts'
import type { Lease, Leases } from './types.ts'

export interface LoadingParts<T, Version, Stamp, Data> {
  readonly levels: Levels<T, Version, Stamp, Data>
  readonly leases: Leases | undefined
  readonly knowledge: Knowledge<Version, Stamp, Data>
  readonly clock: Clock
  readonly tally: Tally
}

/** How a flight gets what it brings: from the second level, or from the loader, there by one process for all. */
export class Loading<T, Version, Stamp, Data> {
  readonly #parts: LoadingParts<T, Version, Stamp, Data>
  /** Keys whose lease is held here. */
  readonly #held = new Set<string>()

  constructor(parts: LoadingParts<T, Version, Stamp, Data>) {
    this.#parts = parts
  }

  async bring(
    flight: Flight<T, Version, Data>,
    order: Order<T, Version, Data>,
  ): Promise<Landing<T, Version, Data>> {
    if (!this.#parts.levels.isShared || order.isForced) return this.#load(flight, order)
    const found = await this.#find(flight, order)
    // It would not tell of leases either, and nobody waits for it twice.
    if (found === 'unavailable') return this.#load(flight, order)
    return found ?? this.#loadForAll(flight, order)
  }

  async #find(
    flight: Flight<T, Version, Data>,
    order: Order<T, Version, Data>,
  ): Promise<Landing<T, Version, Data> | 'unavailable' | undefined> {
    const { levels, knowledge, clock, tally } = this.#parts
    const entry = await levels.read(order)
    if (entry === undefined || entry === 'unavailable') return entry
    const now = clock.now() // Not before: what is judged old is so from its own now on.
    if (now >= (order.isEarly ? entry.calmUntil : entry.freshUntil)) {
      if (now < entry.staleUntil) flight.spare = entry
      return undefined
    }
    tally.hits.l2++
    if (!order.isPrivate) levels.lift(order.key, entry)
    return { entry, from: 'l2', upTo: knowledge.heard }
  }

  /** Under the lease of all processes, where there is one. */
  async #loadForAll(
    flight: Flight<T, Version, Data>,
    order: Order<T, Version, Data>,
  ): Promise<Landing<T, Version, Data>> {
    const { leases } = this.#parts
    // A lease that is held here is held for a load that is too old for this one.
    const isAlone = leases === undefined || order.isPrivate || this.#held.has(order.key)
    if (isAlone) return this.#load(flight, order)
    for (;;) {
      const lease = await leases.acquire(order.key)
      if (lease === 'unavailable') return this.#load(flight, order)
      if (lease !== 'taken') return this.#loadAsHolder(flight, order, leases, lease)
      const landing = await this.#waitForOther(flight, order, leases)
      if (landing !== undefined) return landing
    }
  }

  /** What another process has loaded, or one's own where that cannot be had. Undefined: who loaded it has died. */
  async #waitForOther(
    flight: Flight<T, Version, Data>,
    order: Order<T, Version, Data>,
    leases: Leases,
  ): Promise<Landing<T, Version, Data> | undefined> {
    this.#parts.tally.leaseWaits++
    const end = await leases.wait(order.key)
    if (flight.isOver) return flight.promise
    if (end === 'timeout' || end === 'unavailable') return this.#load(flight, order)
    const found = await this.#find(flight, order)
    if (found !== undefined && found !== 'unavailable') return found
    // Whoever has released it had nothing to store.
    const isDead = end === 'gone' && found === undefined
    return isDead ? undefined : this.#load(flight, order)
  }

  async #loadAsHolder(
    flight: Flight<T, Version, Data>,
    order: Order<T, Version, Data>,
    leases: Leases,
    lease: Lease,
  ): Promise<Landing<T, Version, Data>> {
    const { key } = order
    this.#held.add(key)
    const release = (): void => {
      this.#held.delete(key)
      void leases.release(key, lease)
    }
    try {
      const stored = lease.isStored === true ? await this.#find(flight, order) : undefined
      if (stored === undefined || stored === 'unavailable') {
        return await this.#load(flight, order, { fence: lease.fence, release })
      }
      release()
      return stored
    } catch (error) {
      release()
      throw error
    }
  }

  async #load(
    flight: Flight<T, Version, Data>,
    order: Order<T, Version, Data>,
    held?: HeldLease,
  ): Promise<Landing<T, Version, Data>> {
    const { levels, knowledge, clock, tally } = this.#parts
    const origin = knowledge.origin()
    flight.origin = origin
    const startedAt = clock.now()
    tally.loads++
    try {
      const loaded = await order.load(new Context(flight, order.previous))
      const entry = levels.entryOf(loaded, origin, startedAt, order.terms)
      const { isCurrent, written } = levels.fill(order, entry, held?.fence)
      if (held !== undefined) void written.then(held.release)
      return { entry, from: 'loaded', upTo: isCurrent ? knowledge.heard : origin.heard }
    } catch (error) {
      tally.loadFailures++
      throw error
    }
  }
}

interface HeldLease {
  readonly fence: number
  readonly release: () => void
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
