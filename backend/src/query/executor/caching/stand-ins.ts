import { NotStoredError, type Result } from '../../../capabilities/cache/index.ts'
import { isOutage } from '../executor.ts'
import type { Answer, Caching, Execution, KeptAnswer } from '../types.ts'
import { type Eligible, lastEligible } from './eligibility.ts'
import { isOfTime } from './failed-read.ts'
import { Mark, marked } from './mark.ts'
import { isNewEnough } from './newness.ts'
import type { CachingSetup } from './parts.ts'
import type { PlanPolicies } from './plan-policies.ts'
import { termsOf } from './plan-policy.ts'
import { keptIn } from './reading.ts'

/** Older answers in place of those that cannot be had. */
export class StandIns {
  readonly #setup: CachingSetup
  readonly #policies: PlanPolicies

  constructor(setup: CachingSetup, policies: PlanPolicies) {
    this.#setup = setup
    this.#policies = policies
  }

  /** While the journal is not heard: what was right when it was heard last. */
  whileUnheard(error: unknown, execution: Execution, caching: Caching): Promise<Answer> {
    const eligible = lastEligible(execution, caching, this.#policies)
    const { lagMs } = this.#setup.follower.status()
    if (eligible === undefined || lagMs > eligible.policy.staleIfErrorMs) throw error
    return this.orThrow(error, execution, eligible)
  }

  /** Rejects with the error if it does not say that the database cannot be asked, or there is nothing that this request may be given. */
  async orThrow(error: unknown, execution: Execution, eligible: Eligible): Promise<Answer> {
    const isAway = error instanceof NotStoredError || (isOutage(error) && !isOfTime(error))
    const { policy, key } = eligible
    const found =
      isAway && policy.staleIfErrorMs > 0 ? await this.#look(execution, eligible) : undefined
    if (found === undefined) throw error
    const { value, ageMs } = found
    const ttlMs = Math.min(0, found.ttlMs)
    const older = {
      from: 'stale',
      why: 'error',
      ageMs,
      ttlMs,
      isJoined: false,
      isStored: true,
    } as const
    const heard = { horizon: 0n, isJournaled: policy.isJournaled, history: policy.history }
    const { consistency } = execution
    if (!isNewEnough({ ...older, value }, consistency, heard, this.#setup.follower)) throw error
    return marked(value.answer, new Mark(older, key, value, false))
  }

  /** Whatever is kept and not too old, in either level. */
  async #look(execution: Execution, eligible: Eligible): Promise<Result<KeptAnswer> | undefined> {
    const { plan, key } = eligible
    const dependencies = () => plan.dependencies(execution.parameters)
    const policy = { ...termsOf(eligible.policy), dependencies }
    const refuse = () => Promise.reject(new NotStoredError())
    return keptIn(await this.#setup.cache.get(key, refuse, policy).catch(ignore))
  }
}

function ignore(): undefined {
  return undefined
}
