import { type Clock, ignoreEvents, option, systemClock } from '../../base/index.ts'
import { Answers } from './answers.ts'
import { Arrivals } from './arrivals.ts'
import type { Add, Cache, CacheSetup } from './cache.ts'
import { createDependents } from './changes/dependents.ts'
import { JSON_CODEC } from './codec.ts'
import type { Entry } from './entry.ts'
import { CacheClosedError } from './errors.ts'
import { FirstLevel } from './first-level.ts'
import { Flights } from './flights.ts'
import { OWN_KEY } from './happening.ts'
import { Knowledge } from './knowledge.ts'
import { Levels } from './levels.ts'
import type { Load, Loaded } from './loader.ts'
import { Loading } from './loading.ts'
import { createMemoryStore } from './memory/memory-store.ts'
import { News } from './news.ts'
import { CACHE_CHECKS, CACHE_DEFAULTS, type CacheRules } from './options.ts'
import type { Placing } from './place-coherence.ts'
import { type Ask, NO_POLICY, type Policy, termsOf } from './policy.ts'
import { Replies } from './replies.ts'
import { Result } from './result.ts'
import { SecondLevel } from './second-level.ts'
import { comparePlaces } from './shared/places.ts'
import { type CacheStats, hitShareOf } from './stats.ts'
import { createTally } from './tally.ts'
import type { Bus, Change, MemoryStore, SharedStore } from './types.ts'

/** Throws ST001 and ST003 for wrong options. */
export function createCache<T, Version = undefined, Stamp = undefined, Data = undefined>(
  setup: CacheSetup<T, Version, Stamp, Data> = {},
): Cache<T, Version, Stamp, Data> {
  return new ComposedCache(setup)
}

/** A class for the shortest way to a hit. */
class ComposedCache<T, Version, Stamp, Data> implements Cache<T, Version, Stamp, Data> {
  readonly #rules: CacheRules
  readonly #clock: Clock
  readonly #l1: MemoryStore<Entry<T, Version, Data>>
  readonly #l2: SharedStore | undefined
  readonly #bus: Bus | undefined
  readonly #tally = createTally()
  readonly #levels: Levels<T, Version, Stamp, Data>
  readonly #flights: Flights<T, Version, Stamp, Data>
  readonly #news: News<T, Version, Stamp, Data>
  readonly #answers: Answers<T, Version, Stamp, Data>
  #isClosed = false

  constructor(setup: CacheSetup<T, Version, Stamp, Data>) {
    const {
      l1,
      l2,
      leases,
      bus,
      coherence,
      heardSince,
      onOld,
      fieldsOf,
      codec = JSON_CODEC,
      ...rest
    } = setup
    const { clock = systemClock, random = Math.random, observe = ignoreEvents, ...options } = rest
    const rules = option.settled('cache', options, CACHE_CHECKS, CACHE_DEFAULTS)
    const [node, placing, tally] = [nameOf(random), bus && placingOf(bus), this.#tally]
    const told = { coherence, heardSince, fieldsOf, changesMax: rules.changesMax }
    const knowledge = new Knowledge<Version, Stamp, Data>({ node, clock, placing, ...told })
    const store = l1 ?? createMemoryStore<Entry<T, Version, Data>>({ clock })
    const dependents = createDependents<Data>({ fieldsOf, clock })
    const first = new FirstLevel({ store, dependents, clock, tally, onOld })
    const second = l2 && new SecondLevel<T, Version, Data>({ store: l2, codec, clock, observe })
    const levels = new Levels<T, Version, Stamp, Data>({
      ...{ first, second, knowledge, clock, random, tally },
    })
    const common = { rules, store, first, second, levels, knowledge, clock, random, observe, tally }
    const loading = new Loading({ ...common, leases: l2 && leases })
    const flights = new Flights({ ...common, loading })
    const news = new News({ ...common, coherence, bus })
    const replies = new Replies<T, Version, Data>({ ...common, news })
    const arrivals = new Arrivals({ ...common, flights, replies })
    this.#answers = new Answers({ ...common, flights, news, replies, arrivals })
    this.#rules = rules
    this.#clock = clock
    this.#l1 = store
    this.#l2 = l2
    this.#bus = bus
    this.#levels = levels
    this.#flights = flights
    this.#news = news
  }

  peek(key: string, ask?: Ask): Result<T> | undefined {
    const entry = this.#l1.get(key)
    if (entry === undefined) return undefined
    const now = this.#clock.now()
    if (now < entry.calmUntil && ask === undefined && !this.#news.isBehind) {
      this.#tally.hits.l1++
      return new Result(entry, 'l1', undefined, now, false)
    }
    return this.#answers.peek(key, entry, ask)
  }

  get(
    key: string,
    load: Load<T, Version, Data>,
    policy: Policy<Data> = NO_POLICY,
  ): Promise<Result<T>> {
    if (this.#isClosed) return Promise.reject(new CacheClosedError())
    const hit = policy.hasPeeked === true ? undefined : this.peek(key, policy.ask)
    return hit === undefined ? this.#answers.find(key, load, policy) : Promise.resolve(hit)
  }

  async set(
    key: string,
    loaded: Loaded<T, Version, Data>,
    policy: Policy<Data> = NO_POLICY,
  ): Promise<void> {
    const told = this.delete(key)
    const kept = this.#levels.put(key, loaded, termsOf(this.#rules, policy))
    await Promise.all([told, kept])
  }

  adding(): Add<T, Version, Data> {
    const origin = this.#levels.origin()
    return (key, loaded, policy = NO_POLICY) => {
      if (this.#isClosed || this.#flights.isUnderWay(key)) return false
      return this.#levels.add(key, loaded, termsOf(this.#rules, policy), origin)
    }
  }

  delete(key: string): Promise<void> {
    return this.#news.make({ tag: OWN_KEY, keys: [key], data: undefined })
  }

  change(change: Change<Stamp, Data>): void {
    this.#news.told(change)
  }

  invalidate(tag: string, keys?: readonly string[], data?: Data): Promise<void> {
    return this.#news.make({ tag, keys, data })
  }

  async flush(tag?: string, upTo?: Stamp): Promise<void> {
    if (upTo === undefined) await this.#news.flush(tag)
    else this.#news.flushTold(tag, upTo)
  }

  stats(): CacheStats {
    const bus = this.#bus && { isBehind: this.#bus.isBehind, place: this.#bus.place }
    return {
      ...structuredClone(this.#tally),
      hitShare: hitShareOf(this.#tally),
      flights: this.#flights.count,
      ...{ l1: this.#l1.stats(), l2: this.#l2?.stats(), bus },
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#levels.close()
    this.#flights.close()
    await this.#news.close()
  }
}

function placingOf(bus: Bus): Placing {
  return {
    get place() {
      return bus.place
    },
    isUpTo: (place, reached) => comparePlaces(place, reached) <= 0,
  }
}

/** That no other process has, and no later one. */
function nameOf(random: () => number): string {
  const part = (): string => Math.floor(random() * 2 ** 48).toString(36)
  return `${part()}-${part()}`
}
