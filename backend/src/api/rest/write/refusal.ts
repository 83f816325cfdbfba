import { DatabaseError } from '../../../capabilities/pool/index.ts'
import { PutKeyError, type WritePlan } from '../../../query/plan/index.ts'
import { guardedRows, type RowsGuard } from '../../../query/sql/index.ts'
import { InvalidBodyError, MaxAffectedError, SingularityError } from '../errors.ts'
import { INVALID_JSON } from '../payload/json.ts'
import { isNestedBeyond } from '../payload/nesting.ts'
import { RepeatedKeyError } from './errors.ts'

/** What a write was, when it comes to telling why it failed. */
export interface Failed {
  readonly plan: WritePlan
  readonly guard: RowsGuard | undefined
  readonly parameters: readonly string[]
}

/**
 * What to tell when the transaction of a write has failed: the guard's number of rows in the dialect's words, the client's
 * mistakes that PostgreSQL reports like its own, or the error as it is. The one row of a PUT is that of its URL, so none means
 * that the body is another.
 */
export function refusalOf(error: unknown, { plan, guard, parameters }: Failed): unknown {
  const rows = guard && guardedRows(error)
  if (rows !== undefined) {
    if (plan.action === 'replace') return new PutKeyError()
    return guard?.kind === 'one' ? new SingularityError(rows) : new MaxAffectedError(rows)
  }
  if (!(error instanceof DatabaseError)) return error
  const isMerge = plan.conflict?.resolution === 'merge-duplicates'
  if (error.code === CARDINALITY_VIOLATION && isMerge) return new RepeatedKeyError(error)
  if (error.code === STACK_TOO_DEEP && isTooDeep(plan, parameters)) {
    return new InvalidBodyError(INVALID_JSON, { details: 'It is nested too deeply.' })
  }
  return error
}

const CARDINALITY_VIOLATION = '21000'
const STACK_TOO_DEEP = '54001'

/** Beyond this it was the body that went deep rather than a trigger. PostgreSQL's stack takes some thousands. */
const NESTING_MAX = 1_000

function isTooDeep({ body }: WritePlan, parameters: readonly string[]): boolean {
  const text = body && parameters[body.value.index - 1]
  return text !== undefined && isNestedBeyond(text, NESTING_MAX)
}
