import { codeOf } from './code-of.ts'
import type { Execution } from './types.ts'

/**
 * What an error says about trying again:
 * - `elsewhere`: nothing was done, and the node would say the same again: another one may do it
 * - `again`: nothing came to stay, or a key keeps it from being done twice: any node may do it
 * - `never`: it is the answer, or nobody knows what was done
 */
export type Repeat = 'elsewhere' | 'again' | 'never'

const NOT_CONNECTED = 'PGRST000'
const LOST = 'PGRST001'
/** The breaker rests, starts slowly, or throttles: nothing was sent. */
const REFUSED: ReadonlySet<string> = new Set(['ST501', 'ST504', 'ST505'])
/** read_only_sql_transaction: said by a standby, and where somebody made the transaction read-only. */
const READ_ONLY = '25006'
/** A standby ran what was meant for the primary, and could do nothing with it. */
const NO_PRIMARY = 'ST502'
/** PostgreSQL: "Handling Query Conflicts": a standby cancels reads of rows that the primary has removed. */
const CONFLICTS: ReadonlySet<string> = new Set(['40001', '40P01'])
/** deadlock_detected: the whole transaction was undone so that the other one goes on. */
const DEADLOCK = '40P01'

const NOT_WHAT_IT_WAS: ReadonlySet<string> = new Set([NOT_CONNECTED, LOST, NO_PRIMARY])

/** Whether, and where, an execution that failed with `error` may be tried again. */
export function repeatOf({ context, idempotency }: Execution, error: unknown): Repeat {
  const { readOnly, rollback, isolation } = context
  const code = codeOf(error) ?? ''
  if (REFUSED.has(code)) return 'elsewhere'
  switch (code) {
    case NOT_CONNECTED:
      return readOnly ? 'elsewhere' : 'again'
    case LOST:
      return readOnly || rollback || idempotency !== undefined ? 'again' : 'never'
    case READ_ONLY:
      return readOnly ? 'never' : 'again'
    case NO_PRIMARY:
      return 'again'
    default:
      return CONFLICTS.has(code) && isolation !== 'serializable'
        ? repeatOfConflict(code, readOnly)
        : 'never'
  }
}

function repeatOfConflict(code: string, readOnly: boolean): Repeat {
  if (readOnly) return 'elsewhere'
  return code === DEADLOCK ? 'again' : 'never'
}

/** Whether the error tells that the node is not what it was taken for, so that it has to be asked anew. */
export function isSuspicious({ context }: Execution, error: unknown): error is Error {
  const code = codeOf(error) ?? ''
  return NOT_WHAT_IT_WAS.has(code) || (code === READ_ONLY && !context.readOnly)
}
