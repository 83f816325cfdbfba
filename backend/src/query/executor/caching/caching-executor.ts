import { NotStoredError, type Result } from '../../../capabilities/cache/index.ts'
import type { Answer, Caching, Execution, Executor, Hedges, KeptAnswer } from '../types.ts'
import { Bypasses } from './bypasses.ts'
import { eligibilityOf, type Ineligible } from './eligibility.ts'
import { Finder } from './finder.ts'
import { bypassed, Mark, marked } from './mark.ts'
import { horizonFor, isNewEnough } from './newness.ts'
import type { CachingSetup } from './parts.ts'
import { PlanPolicies } from './plan-policies.ts'
import { type CachingReport, reportOf } from './report.ts'
import { keptIn } from './reading.ts'
import { StandIns } from './stand-ins.ts'
import { WriteThrough } from './write-through.ts'

export interface CachingExecutor extends Executor {
  /** At this moment nothing can be kept, and nothing is said of the cache. */
  readonly isIdle: boolean
  /**
   * What is kept under a key that the mark of an answer told, if it may be answered at once; counted as a hit. No promise. Not for
   * a request that wants something of consistency or of the cache.
   */
  peek(key: string): Result<KeptAnswer> | undefined
  report(): CachingReport
}

/**
 * An executor before another one: answers reads from what is kept, where that is right, and keeps what it reads. Everything else,
 * and every error, is the inner one's.
 */
export function createCachingExecutor(setup: CachingSetup): CachingExecutor {
  return new CachedExecutor(setup)
}

/** A class for the shortest way to a hit. */
class CachedExecutor implements CachingExecutor {
  readonly #setup: CachingSetup
  readonly #policies: PlanPolicies
  readonly #bypasses = new Bypasses()
  readonly #standIns: StandIns
  readonly #finder: Finder
  readonly #writeThrough: WriteThrough

  constructor(setup: CachingSetup) {
    const { policies: rules, catalog, follower, history } = setup
    const policies = new PlanPolicies({ rules, catalog, follower, history })
    const standIns = new StandIns(setup, policies)
    this.#setup = setup
    this.#policies = policies
    this.#standIns = standIns
    this.#writeThrough = new WriteThrough(setup, policies)
    this.#finder = new Finder({
      ...setup,
      bypasses: this.#bypasses,
      standIns,
      isKept: ({ plan, policy }) => policies.of(plan) === policy,
    })
  }

  run(execution: Execution): Promise<Answer> {
    const { caching, keeping } = execution
    const { inner, cache, follower } = this.#setup
    if (keeping !== undefined) return this.#writeThrough.run(execution, keeping)
    if (caching === undefined || !this.#policies.isEnabled) return inner.run(execution)
    const eligible = eligibilityOf(execution, caching, this.#policies)
    if (typeof eligible === 'string') return this.#bypass(execution, caching, eligible)
    const { ask } = caching
    const hit = keptIn(cache.peek(eligible.key, ask))
    if (hit === undefined) return this.#finder.find(execution, eligible, ask)
    const { consistency } = execution
    if (consistency !== undefined) {
      const { isJournaled, history } = eligible.policy
      const heard = { horizon: horizonFor(consistency, follower), isJournaled, history }
      const isRight = isNewEnough(hit, consistency, heard, follower)
      if (!isRight) return this.#finder.anew(execution, eligible, ask)
    }
    const mark = new Mark(hit, eligible.key, hit.value, false)
    return Promise.resolve(marked(hit.value.answer, mark))
  }

  get isIdle(): boolean {
    return !this.#policies.isEnabled || this.#policies.isIdle
  }

  peek(key: string): Result<KeptAnswer> | undefined {
    return this.#policies.isInForce(key) ? keptIn(this.#setup.cache.peek(key)) : undefined
  }

  hedges(): Hedges {
    return this.#setup.inner.hedges()
  }

  report(): CachingReport {
    const { cache, follower, catalog } = this.#setup
    return reportOf(cache, this.#bypasses, this.#writeThrough.kept, follower, catalog())
  }

  /** Past the cache. */
  async #bypass(execution: Execution, caching: Caching, why: Ineligible): Promise<Answer> {
    const { inner } = this.#setup
    this.#bypasses.count(why === 'absent' ? 'not-following' : why)
    if (why === 'absent') return inner.run(execution) // As if there were no cache.
    try {
      if (caching.ask?.onlyIfCached === true) throw new NotStoredError()
      return marked(await inner.run(execution), bypassed(why))
    } catch (error) {
      if (why !== 'not-following') throw error
      return this.#standIns.whileUnheard(error, execution, caching)
    }
  }
}
