/**
 * HTTP status of a PostgreSQL error, by SQLSTATE or by its class (first two characters).
 * The mapping is PostgREST's, but for class 54: references/errors, "HTTP Status Codes".
 */
const STATUS_BY_STATE: Readonly<Record<string, number>> = Object.freeze({
  '23503': 409, // foreign_key_violation
  '23505': 409, // unique_violation
  '25006': 405, // read_only_sql_transaction
  '22023': 400, // invalid_parameter_value; an unknown role is told apart below
  '21000': 500, // cardinality_violation, but for pg-safeupdate, told apart below
  '42883': 404, // undefined_function
  '42P01': 404, // undefined_table
  '42P17': 500, // infinite_recursion in a policy
  '53400': 500, // configuration_limit_exceeded
  '57P01': 503, // admin_shutdown
  P0001: 400, // raise_exception
})

const STATUS_BY_CLASS: Readonly<Record<string, number>> = Object.freeze({
  '08': 503, // connection exception
  '09': 500, // triggered action exception
  '0L': 403, // invalid grantor
  '0P': 403, // invalid role specification
  '25': 500, // invalid transaction state
  '28': 403, // invalid authorization specification
  '2D': 500, // invalid transaction termination
  '38': 500, // external routine exception
  '39': 500, // external routine invocation exception
  '3B': 500, // savepoint exception
  '40': 500, // transaction rollback
  '53': 503, // insufficient resources
  '54': 400, // program limit exceeded: arrays too deep, values too long, too many columns; PostgREST answers 500
  '55': 500, // object not in prerequisite state
  '57': 500, // operator intervention
  '58': 500, // system error
  F0: 500, // configuration file error
  HV: 500, // foreign data wrapper error
  P0: 500, // PL/pgSQL error
  XX: 500, // internal error
})

/** `anonymous`: whether the caller has shown no token; a refused privilege then means "log in first". */
export function statusOfSqlState(state: string, message: string, anonymous: boolean): number {
  if (state === '42501') return anonymous ? 401 : 403
  if (state === '22023' && isUnknownRole(message)) return 401
  if (state === '21000' && message.endsWith('requires a WHERE clause')) return 400 // pg-safeupdate
  if (state.startsWith('PT')) return statusOfRaise(state)
  return STATUS_BY_STATE[state] ?? STATUS_BY_CLASS[state.slice(0, 2)] ?? 400
}

/** `raise sqlstate 'PT402'` answers 402; anything that is no HTTP status answers 500. */
function statusOfRaise(state: string): number {
  const status = Number(state.slice(2))
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : 500
}

/** The token named a role that does not exist: the token is what is wrong. */
function isUnknownRole(message: string): boolean {
  return message.startsWith('role "') && message.endsWith('" does not exist')
}
