import type { Plan } from '../../query/plan/index.ts'
import type { Statement } from '../../query/sql/index.ts'

/** A shape of request, understood once: what it means and the statement that does it. */
export interface Prepared<P extends Plan> {
  readonly plan: P
  readonly statement: Statement
  /** Nothing that it runs leaves anything in its session. Undefined: nobody looked. */
  readonly leavesNoTrace?: boolean
}
