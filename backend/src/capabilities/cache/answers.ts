import type { Clock } from '../../base/index.ts'
import type { Entry } from './entry.ts'
import { CacheClosedError, LoadTimeoutError, NotStoredError } from './errors.ts'
import type { FirstLevel } from './first-level.ts'
import type { Flight, Landing } from './flight.ts'
import type { Flights, Order } from './flights.ts'
import type { Knowledge } from './knowledge.ts'
import type { Load } from './loader.ts'
import type { CacheRules } from './options.ts'
import { type Ask, type Policy, type Terms, termsOf } from './policy.ts'
import { Result, type StaleReason } from './result.ts'
import type { SecondLevel } from './second-level.ts'
import type { Tally } from './tally.ts'
import type { MemoryStore } from './types.ts'
import { judge, suits, type Verdict } from './verdict.ts'
import { waitFor } from './waiting.ts'

export interface AnswersParts<T, Version, Stamp, Data> {
  readonly rules: CacheRules
  readonly clock: Clock
  readonly random: () => number
  readonly tally: Tally
  readonly store: MemoryStore<Entry<T, Version, Data>>
  readonly first: FirstLevel<T, Version, Data>
  readonly second: SecondLevel<T, Version, Data> | undefined
  readonly knowledge: Knowledge<Version, Stamp, Data>
  readonly flights: Flights<T, Version, Stamp, Data>
  readonly news: { readonly isBehind: boolean }
}

/** One call of `get`, with all that it said and left open. */
interface Call<T, Version, Data> {
  readonly order: Order<T, Version, Data>
  readonly ask: Ask | undefined
  readonly signal: AbortSignal | undefined
  /** Changes heard before it: the answer contains them. */
  readonly heard: number
}

/** What is answered to whom. */
export class Answers<T, Version, Stamp, Data> {
  readonly #parts: AnswersParts<T, Version, Stamp, Data>

  constructor(parts: AnswersParts<T, Version, Stamp, Data>) {
    this.#parts = parts
  }

  /** An entry for which it is not enough to look at the clock. */
  peek(key: string, entry: Entry<T, Version, Data>, ask: Ask | undefined): Result<T> | undefined {
    const { rules, clock, flights } = this.#parts
    const now = clock.now()
    const isToBeLoaded =
      now >= entry.calmUntil && now >= entry.nextTryAt && !flights.isUnderWay(key)
    const verdict = this.#judge(entry, now, ask, rules)
    if (verdict === 'asked') return this.#stale(entry, 'asked', now)
    if (verdict === 'fresh' || verdict === 'early') {
      return isToBeLoaded ? undefined : this.#hit(entry, now)
    }
    return undefined
  }

  async find(key: string, load: Load<T, Version, Data>, policy: Policy<Data>): Promise<Result<T>> {
    const { rules, clock, tally, store, flights } = this.#parts
    const { ask } = policy
    const terms = termsOf(rules, policy)
    const entry = store.peek(key)
    const call = this.#callOf(key, load, policy, { terms, entry })
    if (entry === undefined) return this.#load(call, undefined)
    const now = clock.now()
    const verdict = this.#judge(entry, now, ask, terms)
    switch (verdict) {
      case 'fresh':
        return this.#hit(entry, now)
      case 'early':
        flights.refresh({ ...call.order, isEarly: true }, entry)
        return this.#hit(entry, now)
      case 'revalidate':
        flights.refresh(call.order, entry)
        return this.#stale(entry, 'revalidating', now)
      case 'asked':
        return this.#stale(entry, 'asked', now)
      case 'resting':
        return this.#stale(entry, 'error', now)
      case 'spare':
      case 'nothing':
        if (this.#parts.news.isBehind && now < entry.freshUntil) tally.bypasses.behind++
        return this.#load(call, verdict === 'spare' ? entry : undefined)
    }
  }

  #load(
    call: Call<T, Version, Data>,
    spare: Entry<T, Version, Data> | undefined,
  ): Promise<Result<T>> {
    const { tally } = this.#parts
    tally.misses++
    if (call.ask?.noCache === true) tally.bypasses.noCache++
    if (call.ask?.noStore === true) tally.bypasses.noStore++
    if (call.ask?.onlyIfCached === true) return this.#stored(call)
    return this.#arrive(call, spare)
  }

  /** From the second level, or not at all. */
  async #stored({ order, ask }: Call<T, Version, Data>): Promise<Result<T>> {
    const { clock, second, flights } = this.#parts
    const entry = await second?.read(order.key, order.terms, order.dependencies)
    if (entry === undefined) throw new NotStoredError()
    flights.judge(order.key, entry)
    const now = clock.now()
    const verdict = this.#judge(entry, now, ask, order.terms)
    if (verdict === 'fresh' || verdict === 'early') {
      this.#parts.tally.hits.l2++
      return new Result(entry, 'l2', undefined, now, false)
    }
    if (verdict === 'asked') return this.#stale(entry, 'asked', now)
    throw new NotStoredError()
  }

  async #arrive(
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
    const verdict = entry && this.#judge(entry, now, ask, terms)
    const isFresh = verdict === 'fresh' || verdict === 'early'
    return entry !== undefined && isFresh ? this.#hit(entry, now) : undefined
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
    return older === undefined ? flight.promise : this.#stale(older, 'slow', clock.now())
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
    const { clock, first } = this.#parts
    const now = clock.now()
    spare.rest(now + terms.errorThrottleMs)
    if (!spare.isKept) first.keep(key, spare) // It came from the second level.
    return this.#stale(spare, error instanceof LoadTimeoutError ? 'timeout' : 'error', now)
  }

  #judge(entry: Entry<T, Version, Data>, now: number, ask: Ask | undefined, terms: Terms): Verdict {
    const { random, news } = this.#parts
    return judge(entry, { now, ask, terms, isBehind: news.isBehind, random })
  }

  #hit(entry: Entry<T, Version, Data>, now: number): Result<T> {
    this.#parts.tally.hits.l1++
    return new Result(entry, 'l1', undefined, now, false)
  }

  #stale(entry: Entry<T, Version, Data>, why: StaleReason, now: number): Result<T> {
    this.#parts.tally.stale[why]++
    return new Result(entry, 'stale', why, now, false)
  }

  #callOf(
    key: string,
    load: Load<T, Version, Data>,
    { ask, dependencies, signal }: Policy<Data>,
    {
      terms,
      entry,
    }: { readonly terms: Terms; readonly entry: Entry<T, Version, Data> | undefined },
  ): Call<T, Version, Data> {
    const order: Order<T, Version, Data> = {
      key,
      load,
      terms,
      dependencies: dependencies?.(),
      isForced: ask?.noCache === true,
      isEarly: false,
      isPrivate: ask?.noStore === true,
      previous: entry?.value,
    }
    return { order, ask, signal, heard: this.#parts.knowledge.heard }
  }
}
