import { option } from '../../base/index.ts'

/** How a transaction ends. `…-allow-override` lets a client choose with `Prefer: tx=commit` or `tx=rollback`. */
export type TransactionEnd =
  | 'commit'
  | 'commit-allow-override'
  | 'rollback'
  | 'rollback-allow-override'

/** Which database is served, what of it, and how transactions run on it. */
export interface DatabaseOptions {
  /**
   * Connection URL, such as `postgres://authenticator:secret@db.example/app`. Also read from `DATABASE_URL`, and given as
   * the argument of `s-tier serve`. Default: none.
   */
  url?: string | undefined
  /** Schemas that are served; the first is the default, others are chosen with `Accept-Profile`. Default `public`. */
  schemas?: readonly string[]
  /** Schemas on the search path after the one that is served, for extensions and functions. Default `public`. */
  extraSearchPath?: readonly string[]
  /**
   * Role of requests without a token. Default: none, and such requests answer PGRST302; but with neither a secret nor an
   * anonymous role on a loopback address, `s-tier serve` runs requests as the role that logged in.
   */
  anonRole?: string | undefined
  /** Function to call in every transaction before its statement, such as `auth.check_request`. Default: none. */
  preRequest?: string | undefined
  /** Most rows that one answer holds at each level. Default: no limit. */
  rowsMax?: number | undefined
  /** Let everybody use aggregates (`sum`, `avg`, `min`, `max`, `count`) in `select`. Default false. */
  aggregatesEnabled?: boolean
  /** Roles that may use aggregates although `aggregatesEnabled` is off. Default: none. */
  aggregateRoles?: readonly string[]
  /** Answer `Accept: application/vnd.pgrst.plan` with the plan of the query. For development. Default false. */
  planEnabled?: boolean
  /** How transactions end; an `-allow-override` form obeys `Prefer: tx=…`. Default `commit`. */
  transactionEnd?: TransactionEnd
  /** Longest a statement may run, in milliseconds; 0 leaves it to the database. Default 0. */
  statementTimeoutMs?: number
}
export type DatabaseRules = Readonly<Required<DatabaseOptions>>
export const DATABASE_DEFAULTS: DatabaseRules = Object.freeze({
  url: undefined,
  schemas: Object.freeze(['public']),
  extraSearchPath: Object.freeze(['public']),
  anonRole: undefined,
  preRequest: undefined,
  rowsMax: undefined,
  aggregatesEnabled: false,
  aggregateRoles: Object.freeze([]),
  planEnabled: false,
  transactionEnd: 'commit',
  statementTimeoutMs: 0,
})
export const DATABASE_CHECKS: option.Checks<DatabaseOptions> = Object.freeze({
  url: option.url('postgres:', 'postgresql:'),
  schemas: option.listOf(option.text()),
  extraSearchPath: option.listOf(option.text()),
  anonRole: option.text(),
  preRequest: option.text({
    expects: 'a function such as auth.check_request',
    accepts: isFunction,
  }),
  rowsMax: option.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  aggregatesEnabled: option.flag(),
  aggregateRoles: option.listOf(option.text()),
  planEnabled: option.flag(),
  transactionEnd: option.oneOf(
    'commit',
    'commit-allow-override',
    'rollback',
    'rollback-allow-override',
  ),
  statementTimeoutMs: option.duration({ min: 0, max: 86_400_000 }),
})

/** One name, or two with a dot between them. */
function isFunction(text: string): boolean {
  return /^[^.]+(?:\.[^.]+)?$/.test(text)
}
