import type { Sql } from '../../base/index.ts'

/**
 * One use of the schema. The names of all its objects begin with its own name and `_`, so that parts do not meet and
 * each can be found again.
 */
export interface SchemaPart {
  /** In lower case, without `_` or `%`: `idempotency`. */
  readonly name: string
  /** From the first on; what has been released is never changed, only followed. */
  readonly versions: readonly PartVersion[]
  /** What servers call, with parameter types: `s_tier.idempotency_sweep()`. Granted to the roles that they log in as. */
  readonly functions: readonly Sql[]
}

export interface PartVersion {
  /** Makes this version out of the one before. Any number of statements. */
  readonly up: Sql
  /** Removes what `up` made, and nothing else: never `cascade`. */
  readonly down: Sql
}

/** Enough of a database to change its schema: one session, rows as objects by column name. */
export interface Queryable {
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>
}
