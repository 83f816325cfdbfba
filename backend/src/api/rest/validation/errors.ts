import { STierError } from '../../../base/index.ts'
import type { Fault as ToldFault } from '../../../capabilities/validation/index.ts'
import type { Fault } from './fault.ts'

/**
 * Rows, or arguments, that PostgreSQL would refuse: its SQLSTATE and its words for what it would find first, and beside them every
 * other fault that was found.
 */
export class RowsRefusedError extends STierError {
  /** SQLSTATE. */
  readonly code: string
  readonly status = 400
  readonly faults: readonly ToldFault[]

  constructor(first: Fault, faults: readonly Fault[]) {
    super(first.message, { details: first.details, hint: first.hint })
    this.code = first.code
    this.faults = toldFaults(faults)
  }
}

export function toldFaults(faults: readonly Fault[]): readonly ToldFault[] {
  return faults.map(({ pointer, rule, message, hint }) => ({
    pointer,
    rule,
    detail: message,
    hint,
  }))
}
