import type { Clock } from '../../base/index.ts'
import type { Catalog } from '../../query/catalog/index.ts'
import {
  createPlanCache,
  type DatabaseRules,
  type Executor,
  type PlanCache,
} from '../../query/executor/index.ts'
import type { CallPlan, ReadPlan, WritePlan } from '../../query/plan/index.ts'
import type { HttpRules, IdentityService } from '../http/index.ts'
import type { Hits } from './hits/hits.ts'
import type { RestRules } from './options.ts'
import type { Prepared } from './prepared.ts'
import type { RequestCosts } from './request-costs.ts'
import type { ValidationRules } from './validation/options.ts'
import type { ValidationTally } from './validation/tally.ts'
import { createRecentReads, type RecentReads } from './read/recent-reads.ts'

/** Shapes seen so far. */
export interface Plans {
  readonly reads: PlanCache<Prepared<ReadPlan>>
  readonly writes: PlanCache<Prepared<WritePlan>>
  readonly calls: PlanCache<Prepared<CallPlan>>
  /** Whole requests: most of what is read is read again, and need not be parsed again. */
  readonly recent: RecentReads
}

export function createPlans(): Plans {
  return {
    reads: createPlanCache(),
    writes: createPlanCache(),
    calls: createPlanCache(),
    recent: createRecentReads(),
  }
}

/** What the dialect needs of the rest of the server. */
export interface RestServices {
  /** The snapshot of this moment. A request keeps the one it began with. */
  readonly catalog: () => Catalog
  readonly clock: Clock
  readonly executor: Executor
  /** Answers of reads may be kept, and what they are kept by is told. Default false. */
  readonly caching?: boolean | undefined
  /** Remembers what may be answered without all this. Default: nothing is. */
  readonly hits?: Hits | undefined
  /** What requests cost the database, for limits that count it. Default: nobody does. */
  readonly costs?: RequestCosts | undefined
  /** Counts what is asked for, and what was wrong with it. Default: nobody does. */
  readonly tally?: ValidationTally | undefined
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
    /** Undefined: nothing is looked at beyond the dialect. */
    readonly validation?: ValidationRules | undefined
  }
}
