import type { Clock } from '../../base/index.ts'
import type { Catalog } from '../../query/catalog/index.ts'
import {
  createPlanCache,
  type DatabaseRules,
  type Executor,
  type PlanCache,
} from '../../query/executor/index.ts'
import type { CallPlan, Plan, ReadPlan, WritePlan } from '../../query/plan/index.ts'
import type { Statement } from '../../query/sql/index.ts'
import type { HttpRules, IdentityService } from '../http/index.ts'
import type { RestRules } from './options.ts'

/** A shape of request, understood once: what it means and the statement that does it. */
export interface Prepared<P extends Plan> {
  readonly plan: P
  readonly statement: Statement
  /** Nothing that it runs leaves anything in its session. Undefined: nobody looked. */
  readonly leavesNoTrace?: boolean
}

/** Shapes seen so far. */
export interface Plans {
  readonly reads: PlanCache<Prepared<ReadPlan>>
  readonly writes: PlanCache<Prepared<WritePlan>>
  readonly calls: PlanCache<Prepared<CallPlan>>
}

export function createPlans(): Plans {
  return { reads: createPlanCache(), writes: createPlanCache(), calls: createPlanCache() }
}

/** What the dialect needs of the rest of the server. */
export interface RestServices {
  /** The snapshot of this moment. A request keeps the one it began with. */
  readonly catalog: () => Catalog
  readonly clock: Clock
  readonly executor: Executor
  readonly identity: IdentityService
  readonly plans: Plans
  /** Describes a schema to a role, in the form of Swagger 2.0. Throws PGRST126 where that is switched off. */
  readonly describeRoot: (asked: {
    readonly catalog: Catalog
    readonly role: string
    readonly schema: string
  }) => { readonly body: Buffer; readonly etag: string }
  readonly rules: {
    readonly database: DatabaseRules
    readonly http: HttpRules
    readonly rest: RestRules
  }
}
