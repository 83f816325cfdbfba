import { STierError } from '../../base/index.ts'

/** A table that cannot be journaled, and why. */
export interface Refusal {
  /** As SQL would write it. */
  readonly table: string
  readonly reason: string
  readonly hint: string
}

/** Tables were named that cannot be journaled. Nothing has been changed. */
export class JournalRefusedError extends STierError {
  readonly code = 'ST620'
  readonly status = 500
  readonly refusals: readonly Refusal[]

  constructor(refusals: readonly Refusal[]) {
    super(refusals.map(({ table, reason }) => `${table} ${reason}`).join('; '), {
      hint: refusals.map(({ hint }) => hint).join(' '),
    })
    this.refusals = refusals
  }
}

/** A table was in use all the time, so that its triggers could not be made or dropped. What was done before stays. */
export class JournalLockError extends STierError {
  readonly code = 'ST621'
  readonly status = 503
  readonly table: string

  constructor(table: string, cause: unknown) {
    super(`${table} is in use: it could not be locked for a moment`, {
      hint: 'Run it again: what has been done is kept. A transaction that stays open holds the lock; pg_stat_activity shows it.',
      cause,
    })
    this.table = table
  }
}

/** There is no journal in the database. */
export class JournalMissingError extends STierError {
  readonly code = 'ST622'
  readonly status = 500

  constructor() {
    super('There is no journal in this database', {
      hint: 'Make one: s-tier journal enable postgres://… --all --for <role>',
    })
  }
}
