import { CancelledError, DeadlineError } from '../../../capabilities/pool/index.ts'
import { codeOf } from '../code-of.ts'
import type { Execution } from '../types.ts'

/** A read that ended with an error: it reaches all who wait for it, as a value that is never kept. */
export class FailedRead {
  readonly error: unknown
  /** It may well be the fault of the request that it was begun for: of its client, its time, or how new it wants the rows. */
  readonly isPersonal: boolean

  constructor(error: unknown, execution: Execution) {
    this.error = error
    this.isPersonal = execution.consistency !== undefined || isOfTime(error)
  }
}

/** 57014: query_canceled, by the statement's time limit too, which is not part of a key. */
export function isOfTime(error: unknown): boolean {
  if (error instanceof CancelledError || error instanceof DeadlineError) return true
  return codeOf(error) === '57014'
}
