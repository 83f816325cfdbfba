import type { Clock } from '../../base/index.ts'
import type { Arrivals } from './arrivals.ts'
import { type Call, callOf } from './call.ts'
import type { Entry } from './entry.ts'
import { NotStoredError } from './errors.ts'
import type { Flights } from './flights.ts'
import type { Knowledge } from './knowledge.ts'
import type { Levels } from './levels.ts'
import type { Load } from './loader.ts'
import type { CacheRules } from './options.ts'
import { type Ask, type Policy, termsOf } from './policy.ts'
import type { Replies } from './replies.ts'
import type { Result } from './result.ts'
import type { Tally } from './tally.ts'
import type { MemoryStore } from './types.ts'

export interface AnswersParts<T, Version, Stamp, Data> {
  readonly rules: CacheRules
  readonly clock: Clock
  readonly tally: Tally
  readonly store: MemoryStore<Entry<T, Version, Data>>
  readonly levels: Levels<T, Version, Stamp, Data>
  readonly knowledge: Knowledge<Version, Stamp, Data>
  readonly flights: Flights<T, Version, Stamp, Data>
  readonly arrivals: Arrivals<T, Version, Stamp, Data>
  readonly replies: Replies<T, Version, Data>
  readonly news: { readonly isBehind: boolean }
}

/** What is answered to whom. */
export class Answers<T, Version, Stamp, Data> {
  readonly #parts: AnswersParts<T, Version, Stamp, Data>

  constructor(parts: AnswersParts<T, Version, Stamp, Data>) {
    this.#parts = parts
  }

  /** An entry for which it is not enough to look at the clock. */
  peek(key: string, entry: Entry<T, Version, Data>, ask: Ask | undefined): Result<T> | undefined {
    const { rules, clock, flights, replies } = this.#parts
    const now = clock.now()
    const isToBeLoaded =
      now >= entry.calmUntil && now >= entry.nextTryAt && !flights.isUnderWay(key)
    const verdict = replies.judge(entry, now, ask, rules)
    if (verdict === 'asked') return replies.stale(entry, 'asked', now)
    if (verdict === 'fresh' || verdict === 'early') {
      return isToBeLoaded ? undefined : replies.hit(entry, now)
    }
    return undefined
  }

  async find(key: string, load: Load<T, Version, Data>, policy: Policy<Data>): Promise<Result<T>> {
    const { rules, clock, tally, store, flights, replies, knowledge, news } = this.#parts
    const terms = termsOf(rules, policy)
    const entry = store.peek(key)
    const call = callOf({ key, load, policy, terms, entry, heard: knowledge.heard })
    if (entry === undefined) return this.#load(call, undefined)
    const now = clock.now()
    const verdict = replies.judge(entry, now, policy.ask, terms)
    switch (verdict) {
      case 'fresh':
        return replies.hit(entry, now)
      case 'early':
        flights.refresh({ ...call.order, isEarly: true }, entry)
        return replies.hit(entry, now)
      case 'revalidate':
        flights.refresh(call.order, entry)
        return replies.stale(entry, 'revalidating', now)
      case 'asked':
        return replies.stale(entry, 'asked', now)
      case 'resting':
        return replies.stale(entry, 'error', now)
      case 'spare':
      case 'nothing':
        if (news.isBehind && now < entry.freshUntil) tally.bypasses.behind++
        return this.#load(call, verdict === 'spare' ? entry : undefined)
    }
  }

  #load(
    call: Call<T, Version, Data>,
    spare: Entry<T, Version, Data> | undefined,
  ): Promise<Result<T>> {
    const { tally, arrivals } = this.#parts
    tally.misses++
    if (call.ask?.noCache === true) tally.bypasses.noCache++
    if (call.ask?.noStore === true) tally.bypasses.noStore++
    if (call.ask?.onlyIfCached === true) return this.#stored(call)
    return arrivals.of(call, spare)
  }

  /** From the second level, or not at all. */
  async #stored({ order, ask }: Call<T, Version, Data>): Promise<Result<T>> {
    const { clock, levels, replies } = this.#parts
    const entry = await levels.read(order)
    if (entry === undefined || entry === 'unavailable') throw new NotStoredError()
    const now = clock.now()
    const verdict = replies.judge(entry, now, ask, order.terms)
    if (verdict === 'fresh' || verdict === 'early') return replies.hit(entry, now, 'l2')
    if (verdict === 'asked') return replies.stale(entry, 'asked', now)
    throw new NotStoredError()
  }
}
