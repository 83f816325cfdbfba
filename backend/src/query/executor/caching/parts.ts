import type { Clock } from '../../../base/index.ts'
import type { Catalog } from '../../catalog/index.ts'
import type { Executor } from '../types.ts'
import type { AnswerCache } from './answer-cache.ts'
import type { CachingRules } from './options.ts'
import type { JournalFollower } from './types.ts'

export interface CachingSetup {
  readonly inner: Executor
  readonly follower: JournalFollower
  readonly cache: AnswerCache
  /** May be others from one call to the next. */
  readonly policies: () => CachingRules
  readonly catalog: () => Catalog
  readonly clock: Clock
  /** Of which cluster and timeline the primary is (`Router.history`); undefined: not known. */
  readonly history: () => string | undefined
}
