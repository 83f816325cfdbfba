import { STierError } from '../../base/index.ts'

/** The body, or `columns`, names a column that the relation does not have. */
export class WrittenColumnNotFoundError extends STierError {
  readonly code = 'PGRST204'
  readonly status = 400

  constructor(relation: string, name: string, similar: string | undefined) {
    const hint = similar && `Perhaps you meant the '${similar}' column`
    super(`Could not find the '${name}' column of '${relation}' in the schema cache`, { hint })
  }
}

/** A PUT says with its filters which row it is, and with nothing else: `eq` on every column of the primary key. */
export class PutFilterError extends STierError {
  readonly code = 'PGRST105'
  readonly status = 405

  constructor() {
    super("Filters must include all and only primary key columns with 'eq' operators")
  }
}

/** The body of a PUT is not the row that its filters name. */
export class PutKeyError extends STierError {
  readonly code = 'PGRST115'
  readonly status = 400

  constructor(details?: string) {
    super('Payload values do not match URL in primary key column(s)', { details })
  }
}
