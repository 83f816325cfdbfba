import type { Catalog } from '../../query/catalog/index.ts'
import type { DatabaseRules, Executor, PlanCache } from '../../query/executor/index.ts'
import type { ReadPlan } from '../../query/plan/index.ts'
import type { Statement } from '../../query/sql/index.ts'
import type { HttpRules, IdentityService } from '../http/index.ts'
import type { RestRules } from './options.ts'

/** A shape of request, understood once: what it means and the statement that does it. */
export interface Prepared {
  readonly plan: ReadPlan
  readonly statement: Statement
}

/** What the dialect needs of the rest of the server. */
export interface RestServices {
  /** The snapshot of this moment. A request keeps the one it began with. */
  readonly catalog: () => Catalog
  readonly executor: Executor
  readonly identity: IdentityService
  /** Shapes seen so far. */
  readonly plans: PlanCache<Prepared>
  readonly rules: {
    readonly database: DatabaseRules
    readonly http: HttpRules
    readonly rest: RestRules
  }
}
