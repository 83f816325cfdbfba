import type { Cacheability } from '../../query/cacheability/index.ts'
import type { RowRead } from '../../query/executor/index.ts'
import type { Plan } from '../../query/plan/index.ts'
import type { Statement } from '../../query/sql/index.ts'

/** A shape of request, understood once: what it means and the statement that does it. */
export interface Prepared<P extends Plan> {
  readonly plan: P
  readonly statement: Statement
  /** Nothing that it runs leaves anything in its session. Undefined: nobody looked. */
  readonly leavesNoTrace?: boolean
  /** Whether its answers may be kept, found out when it is first asked. Undefined: they are not. */
  readonly cacheability?: () => Cacheability
  /** Of a write: the read that its answer may be kept for, found out when it is first asked. Undefined: there is none. */
  readonly rowRead?: () => RowRead | 'none'
}

/** Made when it is first asked for, and then the same. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
