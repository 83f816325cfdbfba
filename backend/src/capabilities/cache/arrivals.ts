import type { Clock } from '../../base/index.ts'
import type { Call } from './call.ts'
import type { Entry } from './entry.ts'
import { CacheClosedError, LoadTimeoutError } from './errors.ts'
import type { Flight, Landing } from './flight.ts'
import type { Flights } from './flights.ts'
import type { Levels } from './levels.ts'
import type { Order } from './order.ts'
import type { Ask, Terms } from './policy.ts'
import type { Replies } from './replies.ts'
import { Result } from './result.ts'
import type { Tally } from './tally.ts'
import type { MemoryStore } from './types.ts'
import { suits } from './verdict.ts'
import { waitFor } from './waiting.ts'

export interface ArrivalsParts<T, Version, Stamp, Data> {
  readonly clock: Clock
  readonly tally: Tally
  readonly store: MemoryStore<Entry<T, Version, Data>>
  readonly levels: Levels<T, Version, Stamp, Data>
  readonly flights: Flights<T, Version, Stamp, Data>
  readonly replies: Replies<T, Version, Data>
}

/** Those who wait for what is being loaded. */
export class Arrivals<T, Version, Stamp, Data> {
  readonly #parts: ArrivalsParts<T, Version, Stamp, Data>

  constructor(parts: ArrivalsParts<T, Version, Stamp, Data>) {
    this.#parts = parts
  }

  /** A load that contains what the caller knows of, one's own or somebody else's; or what is older, where the terms allow it. */
  async of(
    call: Call<T, Version, Data>,
    spare: Entry<T, Version, Data> | undefined,
  ): Promise<Result<T>> {
    const { flights, clock, tally } = this.#parts
    const { ask, heard } = call
    let { order } = call
    for (;;) {
      const joined = this.#joinable(order, ask)
      const flight = joined ?? flights.begin(order)
      if (joined !== undefined) tally.joined++
      const landing = await this.#wait(call, flight, spare)
      if (landing instanceof Result) return landing
      const isLate = landing.upTo < heard // It was loaded before a change that this caller knows of.
      if (!isLate && this.#isWanted(landing, ask)) {
        return new Result(landing.entry, landing.from, undefined, clock.now(), joined !== undefined)
      }
      const newer = isLate ? this.#fresh(call) : undefined
      if (newer !== undefined) return newer
      order = isLate ? order : { ...order, isForced: true }
    }
  }

  #joinable(
    { key, isPrivate, isForced }: Order<T, Version, Data>,
    ask: Ask | undefined,
  ): Flight<T, Version, Data> | undefined {
    if (isPrivate || ask?.noCache === true) return undefined
    const flight = this.#parts.flights.joinable(key)
    return isForced && flight?.isFromLoader === false ? undefined : flight
  }

  /** Somebody else may have loaded it meanwhile. */
  #fresh({ order: { key, terms }, ask }: Call<T, Version, Data>): Result<T> | undefined {
    const { store, clock } = this.#parts
    const [entry, now] = [store.peek(key), clock.now()]
    const verdict = entry && this.#parts.replies.judge(entry, now, ask, terms)
    const isFresh = verdict === 'fresh' || verdict === 'early'
    return entry !== undefined && isFresh ? this.#parts.replies.hit(entry, now) : undefined
  }

  /** What has just been loaded is as new as can be; what others have loaded may not be. */
  #isWanted({ entry, from }: Landing<T, Version, Data>, ask: Ask | undefined): boolean {
    return (
      from === 'loaded' ||
      ask === undefined ||
      suits(entry, entry.freshUntil, this.#parts.clock.now(), ask)
    )
  }

  /** What the flight brings, or something older in place of it. */
  async #wait(
    { order: { key, terms }, signal }: Call<T, Version, Data>,
    flight: Flight<T, Version, Data>,
    spare: Entry<T, Version, Data> | undefined,
  ): Promise<Landing<T, Version, Data> | Result<T>> {
    const { clock, flights } = this.#parts
    const spareNow = (): Entry<T, Version, Data> | undefined =>
      this.#spare(spare ?? flight.spare, terms)
    const hasSpare = (): boolean => spareNow() !== undefined
    const softMs = terms.softTimeoutMs
    flight.waiters++
    try {
      const landing = await waitFor(flight, { clock, softMs, hasSpare, signal })
      if (landing !== 'slow') return landing
    } catch (error) {
      if (signal?.aborted === true) {
        flights.leave(key, flight, signal.reason)
        throw error
      }
      return this.#instead(key, error, spareNow(), terms)
    }
    flight.isBackground = true
    const older = spareNow()
    return older === undefined
      ? flight.promise
      : this.#parts.replies.stale(older, 'slow', clock.now())
  }

  #spare(
    entry: Entry<T, Version, Data> | undefined,
    terms: Terms,
  ): Entry<T, Version, Data> | undefined {
    const isAllowed = entry !== undefined && terms.staleIfErrorMs > 0
    return isAllowed && this.#parts.clock.now() - entry.freshUntil < terms.staleIfErrorMs
      ? entry
      : undefined
  }

  /** For a failure. The next is not tried before a while. */
  #instead(
    key: string,
    error: unknown,
    spare: Entry<T, Version, Data> | undefined,
    terms: Terms,
  ): Result<T> {
    if (spare === undefined || error instanceof CacheClosedError) throw error
    const { clock, levels } = this.#parts
    const now = clock.now()
    spare.rest(now + terms.errorThrottleMs)
    if (!spare.isKept) levels.lift(key, spare) // It came from the second level.
    return this.#parts.replies.stale(
      spare,
      error instanceof LoadTimeoutError ? 'timeout' : 'error',
      now,
    )
  }
}
