import { DatabaseError } from './errors.ts'

/** The fields of an ErrorResponse by their one-letter codes. PostgreSQL: "Error and Notice Message Fields". */
export type ErrorFields = ReadonlyMap<string, string>

export function databaseErrorOf(fields: ErrorFields, step: number): DatabaseError {
  return new DatabaseError(
    {
      severity: fields.get('V') ?? fields.get('S') ?? 'ERROR',
      code: fields.get('C') ?? 'XX000',
      message: fields.get('M') ?? '',
      detail: fields.get('D'),
      hint: fields.get('H'),
      schema: fields.get('s'),
      table: fields.get('t'),
      column: fields.get('c'),
      constraint: fields.get('n'),
    },
    step,
  )
}

const UNKNOWN_STATEMENT = '26000' // invalid_sql_statement_name
const STATEMENT_EXISTS = '42P05' // duplicate_prepared_statement
/** The routine of the server that refuses a plan whose columns have changed since (0A000, which means much else). */
const STALE_PLAN = 'RevalidateCachedQuery'

/** The server has a statement of a name that was to be prepared. */
export function isDuplicateStatement(fields: ErrorFields): boolean {
  return fields.get('C') === STATEMENT_EXISTS
}

/** The routines of the server that miss a prepared statement, or have one too many; a function may raise the same codes. */
const STATEMENT_ROUTINES: ReadonlySet<string | undefined> = new Set([
  'FetchPreparedStatement',
  'StorePreparedStatement',
  undefined, // Said by something in between.
])

/** The statements prepared on the server are not those that were prepared over this connection. */
export function isLostStatement(fields: ErrorFields): boolean {
  const isUnknown = fields.get('C') === UNKNOWN_STATEMENT
  return (isUnknown || isDuplicateStatement(fields)) && STATEMENT_ROUTINES.has(fields.get('R'))
}

/** The server knows other statements than we think, or other columns. */
export function isStaleStatement(fields: ErrorFields): boolean {
  const isUnknown = fields.get('C') === UNKNOWN_STATEMENT
  return isUnknown || isDuplicateStatement(fields) || fields.get('R') === STALE_PLAN
}
