import { literal, type Parameter, type Sql, sql } from '../../base/index.ts'
import type { RowsGuard } from './types.ts'

/**
 * What a failed guard asks PostgreSQL for: a setting of this name and the number of rows. There can be none, as one that
 * anybody may make has a dot in its name; and values of rows and bodies never become names of settings. So SQLSTATE
 * 42704 with this text is a guard's, in whatever language PostgreSQL wraps it.
 */
const MARKER = 's-tier rows: '
const MARKED = /s-tier rows: (\d+)/

/** PostgreSQL's undefined_object. */
const UNDEFINED_OBJECT = '42704'

/**
 * The value, unless the guard refuses this number of rows: then the statement fails, and its transaction with it, and
 * `guardedRows` tells the number. `place` puts a parameter of the plan into the text.
 */
export function guarded(
  value: Sql,
  rows: Sql,
  guard: RowsGuard | undefined,
  place: (parameter: Parameter) => Parameter,
): Sql {
  if (guard === undefined) return value
  const isGood =
    guard.kind === 'one' ? sql`${rows} = 1` : sql`${rows} <= ${place(guard.rows)}::bigint`
  return sql`case when ${isGood} then ${value} else current_setting(${literal(MARKER)} || ${rows}) end`
}

/** The number of rows that a guard has refused; undefined: the error is no guard's. */
export function guardedRows(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== UNDEFINED_OBJECT) {
    return undefined
  }
  const rows = MARKED.exec(error.message)?.[1]
  return rows === undefined ? undefined : Number(rows)
}
