import { createSecondChanceCache } from '../../base/index.ts'
import { DeadlineError } from '../../capabilities/pool/index.ts'
import {
  type Answer,
  type Execution,
  type Executor,
  isOutage,
  type StatementCosts,
} from '../../query/executor/index.ts'
import type { ExpectedCosts, Visit } from '../http/index.ts'

type Seen = Pick<Visit, 'identity' | 'method' | 'url'>
type Costing = Seen & Pick<Visit, 'planCost'>

/** What is taken for the cost of a request of which nothing is known, in the planner's units. */
const UNKNOWN_COST = 1
const KINDS_MAX = 5_000

/**
 * What requests cost the database, for limits that count it: before a request is understood by what others of its kind were found to
 * cost, and once its statement is known by that. An answer that was kept costs nothing.
 */
export class RequestCosts implements ExpectedCosts {
  readonly #statements: Pick<StatementCosts, 'known' | 'keyOf' | 'of'>
  readonly #isCounted: () => boolean
  readonly #keys = createSecondChanceCache<string>(KINDS_MAX)

  constructor(
    statements: Pick<StatementCosts, 'known' | 'keyOf' | 'of'>,
    isCounted: () => boolean,
  ) {
    this.#statements = statements
    this.#isCounted = isCounted
  }

  get isCounted(): boolean {
    return this.#isCounted()
  }

  expected(visit: Seen): number {
    const key = this.#keys.get(kindOf(visit))
    return (key === undefined ? undefined : this.#statements.known(key)) ?? UNKNOWN_COST
  }

  /** An executor that lets the visit know what its statement costs, whatever becomes of it. */
  counted(executor: Executor, visit: Costing): Executor {
    return {
      hedges: executor.hedges,
      run: execution => {
        const running = executor.run(execution)
        visit.planCost = running.then(
          answer => (isKept(answer) ? 0 : this.#costOf(execution, visit)),
          (error: unknown) => (hasRun(error) ? this.#costOf(execution, visit) : undefined),
        )
        return running
      },
    }
  }

  #costOf(execution: Execution, visit: Seen): number | undefined | Promise<number | undefined> {
    const key = this.#statements.keyOf(execution, limitOf(visit.url))
    const kind = kindOf(visit)
    if (this.#keys.get(kind) !== key) {
      this.#keys.delete(kind) // The first value of a key stays.
      this.#keys.set(kind, key)
    }
    return this.#statements.of(execution, key)
  }
}

/** No statement was run for it. */
function isKept({ cached }: Answer): boolean {
  if (cached === undefined || cached.from === 'bypass') return false
  return cached.from !== 'loaded' || cached.isJoined
}

/** Who has gone, or had too little time, has had it executed all the same. */
function hasRun(error: unknown): boolean {
  return !isOutage(error) || error instanceof DeadlineError
}

/** The same statement is dearer the more rows it is to answer: how many digits their number has. */
function limitOf(url: string): string {
  const [, digits] = /[?&]limit=(\d{1,9})(?:&|$)/.exec(url) ?? []
  return digits === undefined ? '' : ` limit ${digits.length}`
}

/** Requests that differ in their values only are mostly one statement. What is taken for another kind is only estimated worse. */
function kindOf({ identity, method, url }: Seen): string {
  return `${identity?.role ?? ''} ${method} ${url.replace(VALUE, '$1')}${limitOf(url)}`
}

/** Of a filter the value: what stands behind its operator, up to the next parameter. */
const VALUE = /([?&][^=&]+=(?:not\.)?[a-z]{2,12}(?:\([a-z]+\))?\.|[?&](?:limit|offset)=)[^&]*/g
