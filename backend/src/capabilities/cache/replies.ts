import type { Clock } from '../../base/index.ts'
import type { Entry } from './entry.ts'
import type { Ask, Terms } from './policy.ts'
import { Result, type StaleReason } from './result.ts'
import type { Tally } from './tally.ts'
import { judge, type Verdict } from './verdict.ts'

export interface RepliesParts {
  readonly clock: Clock
  readonly random: () => number
  readonly tally: Tally
  readonly news: { readonly isBehind: boolean }
}

/** What is kept as an answer: what it is good for at this moment, and that it was given. */
export class Replies<T, Version, Data> {
  readonly #parts: RepliesParts

  constructor(parts: RepliesParts) {
    this.#parts = parts
  }

  judge(entry: Entry<T, Version, Data>, now: number, ask: Ask | undefined, terms: Terms): Verdict {
    const { random, news } = this.#parts
    return judge(entry, { now, ask, terms, isBehind: news.isBehind, random })
  }

  hit(entry: Entry<T, Version, Data>, now: number, from: 'l1' | 'l2' = 'l1'): Result<T> {
    this.#parts.tally.hits[from]++
    return new Result(entry, from, undefined, now, false)
  }

  stale(entry: Entry<T, Version, Data>, why: StaleReason, now: number): Result<T> {
    this.#parts.tally.stale[why]++
    return new Result(entry, 'stale', why, now, false)
  }
}
