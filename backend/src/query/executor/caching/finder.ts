import {
  type Ask,
  CacheClosedError,
  NotStoredError,
  type Result,
} from '../../../capabilities/cache/index.ts'
import { type CancelSignal, DeadlineError } from '../../../capabilities/pool/index.ts'
import type { Answer, Execution, KeptAnswer } from '../types.ts'
import type { Brought } from './answer-cache.ts'
import type { Bypasses } from './bypasses.ts'
import type { Eligible } from './eligibility.ts'
import { FailedRead } from './failed-read.ts'
import { bypassed, Mark, marked } from './mark.ts'
import { horizonFor, isNewEnough } from './newness.ts'
import type { CachingSetup } from './parts.ts'
import { termsOf } from './plan-policy.ts'
import { Reading } from './reading.ts'
import type { StandIns } from './stand-ins.ts'
import { either, Waiting } from './waiting.ts'

/** Reads of others that failed for reasons of their own are waited for so often; then one reads alone. */
const JOINS_MAX = 3

interface FinderSetup extends CachingSetup {
  readonly bypasses: Bypasses
  readonly standIns: StandIns
  /** Whether an answer of this kind may be kept now. */
  readonly isKept: (eligible: Eligible) => boolean
}

/** Brings what is not in memory. */
export class Finder {
  readonly #setup: FinderSetup
  readonly #waiting = new Waiting()

  constructor(setup: FinderSetup) {
    this.#setup = setup
  }

  /** From the second level, from a read that somebody else has begun, or by reading it. */
  async find(execution: Execution, eligible: Eligible, ask: Ask | undefined): Promise<Answer> {
    const { follower, standIns, inner } = this.#setup
    const { consistency, signal } = execution
    // Of before: what is found has all that was told by now.
    const horizon = horizonFor(consistency, follower)
    for (let joins = 0; joins < JOINS_MAX; joins++) {
      const reading = this.#readingOf(execution, eligible)
      const result = await this.#await(execution, eligible, reading, ask)
      if (result === undefined) break
      const { value, isJoined } = result
      if (!(value instanceof FailedRead)) {
        const found = result as Result<KeptAnswer>
        const isOwn = result.from === 'loaded' && !isJoined
        const { isJournaled, history } = eligible.policy
        const heard = { horizon, isJournaled, history }
        const isRight = isOwn || isNewEnough(found, consistency, heard, follower)
        return isRight ? answerOf(found, reading, eligible) : this.anew(execution, eligible, ask)
      }
      if (!isJoined) return standIns.orThrow(value.error, execution, eligible)
      if (!value.isPersonal || signal?.aborted === true) throw value.error
    }
    return inner.run(execution)
  }

  /** Read for this request alone, as new as it wants it, and kept for the others. */
  async anew(execution: Execution, eligible: Eligible, ask: Ask | undefined): Promise<Answer> {
    const { inner, bypasses, standIns } = this.#setup
    if (ask?.onlyIfCached === true) throw new NotStoredError()
    bypasses.count('consistency')
    try {
      const answer = await inner.run({ ...execution, tellsSnapshot: true })
      return this.#kept(answer, execution, eligible, ask)
    } catch (error) {
      return standIns.orThrow(error, execution, eligible)
    }
  }

  #kept(answer: Answer, execution: Execution, eligible: Eligible, ask: Ask | undefined): Answer {
    const { policy, key } = eligible
    const loaded = this.#readingOf(execution, eligible).loaded(answer)
    const isKept = loaded.version !== undefined && loaded.ttlMs !== 0 && ask?.noStore !== true
    if (!isKept) return marked(answer, bypassed('consistency'))
    void this.#setup.cache.set(key, loaded, termsOf(policy))
    const times = { ageMs: 0, ttlMs: policy.ttlMs, isJoined: false, isStored: true }
    const source = { from: 'bypass', why: 'consistency', ...times } as const
    return marked(answer, new Mark(source, key, loaded.value, false))
  }

  /** What the cache brings, as long as this request waits for it. Undefined: the cache was closed. */
  async #await(
    execution: Execution,
    eligible: Eligible,
    reading: Reading,
    ask: Ask | undefined,
  ): Promise<Result<Brought> | undefined> {
    const { cache, policies } = this.#setup
    const { key } = eligible
    const place = this.#waiting.enter(key, execution.signal)
    const isLimited = policies().hardTimeoutMs > 0
    const signalOf = (ofLoad: { readonly signal: CancelSignal }): CancelSignal =>
      isLimited ? either(place.signal, ofLoad.signal) : place.signal
    try {
      const { dependencies } = reading
      const policy = { ...termsOf(eligible.policy), ask, dependencies, hasPeeked: true }
      const load = (context: Parameters<Parameters<typeof cache.get>[1]>[0]) =>
        reading.load(signalOf(context), context)
      const result = await this.#inTime(execution, cache.get(key, load, policy))
      if (result.value instanceof FailedRead) place.left()
      else place.answered()
      return result
    } catch (error) {
      place.left()
      if (error instanceof CacheClosedError) return undefined
      throw error
    }
  }

  /** Whoever has joined a read has a time of his own. */
  #inTime<T>({ deadline }: Execution, promise: Promise<T>): Promise<T> {
    if (deadline === undefined) return promise
    const { clock } = this.#setup
    return new Promise((resolve, reject) => {
      const leftMs = Math.max(0, deadline - clock.now())
      const cancel = clock.after(leftMs, () => reject(new DeadlineError()))
      promise.then(resolve, reject).finally(cancel)
    })
  }

  #readingOf(execution: Execution, eligible: Eligible): Reading {
    const { inner, isKept } = this.#setup
    return new Reading(inner, execution, eligible, () => isKept(eligible))
  }
}

function answerOf(found: Result<KeptAnswer>, reading: Reading, { key }: Eligible): Answer {
  const isOwn = found.from === 'loaded' && !found.isJoined
  const { answer } = found.value
  const mark = new Mark(found, key, found.value, reading.replaces)
  return marked(isOwn ? (reading.answer ?? answer) : answer, mark)
}
