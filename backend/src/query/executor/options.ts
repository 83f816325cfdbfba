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
   * Connection URL, such as `postgres://authenticator:secret@db.example/app`; with several hosts
   * (`postgres://db1:5432,db2:5432/app`) the one that takes writes is the primary, and is looked for again when that changes.
   * Also read from `DATABASE_URL`, and given as the argument of `s-tier serve`. Default: none.
   */
  url?: string | undefined
  /**
   * Connection URLs of further nodes of the same database: reads go to those that are standbys. On the command line also
   * `--replica`, once for each. Default: none.
   */
  replicas?: readonly string[]
  /**
   * Tell the other processes with the same Redis when the breaker of a node opens: where most have opened theirs, all do, and one
   * of them tries the node out for all. Default false.
   */
  breakersShared?: boolean
  /**
   * Where there are several nodes: ask a second one for a read that takes longer than 95 % of all reads lately take, and at least
   * 5 ms, and answer with what comes first. At most one repeat for five reads, and 10 a second. Default true.
   */
  hedgedReads?: boolean
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
  /**
   * Settings of a function (`create function … set …`) that hold for the whole transaction of its call rather than inside of
   * it alone. Default `statement_timeout`, `plan_filter.statement_cost_limit`, `default_transaction_isolation`.
   */
  hoistedSettings?: readonly string[]
  /** Longest a statement may run, in milliseconds; 0 leaves it to the database. Default 0. */
  statementTimeoutMs?: number
  /**
   * Longest that a request may take at the database, waiting for a connection included, in milliseconds; then its statement is
   * cancelled and it answers ST514. 0: as long as it takes. `Prefer: wait=<seconds>` asks for less. Default 0.
   */
  deadlineMs?: number
  /**
   * Settings of every transaction, such as `app.settings.secret`, for functions that ask `current_setting`. Their names
   * have a dot, their values are never shown. On the command line and in the environment a JSON object. Default: none.
   */
  settings?: Readonly<Record<string, string>>
  /**
   * Read settings `pgrst.…` of the role that logs in, and of `preConfig`: they overrule the file and the environment.
   * Default true.
   */
  configEnabled?: boolean
  /** Function that sets such settings, called when the configuration is read, such as `postgrest.pre_config`. Default: none. */
  preConfig?: string | undefined
}
export type DatabaseRules = Readonly<Required<DatabaseOptions>>
export const DATABASE_DEFAULTS: DatabaseRules = Object.freeze({
  url: undefined,
  replicas: Object.freeze([]),
  breakersShared: false,
  hedgedReads: true,
  schemas: Object.freeze(['public']),
  extraSearchPath: Object.freeze(['public']),
  anonRole: undefined,
  preRequest: undefined,
  rowsMax: undefined,
  aggregatesEnabled: false,
  aggregateRoles: Object.freeze([]),
  planEnabled: false,
  transactionEnd: 'commit',
  hoistedSettings: Object.freeze([
    'statement_timeout',
    'plan_filter.statement_cost_limit',
    'default_transaction_isolation',
  ]),
  statementTimeoutMs: 0,
  deadlineMs: 0,
  settings: Object.freeze({}),
  configEnabled: true,
  preConfig: undefined,
})
export const DATABASE_CHECKS: option.Checks<DatabaseOptions> = Object.freeze({
  url: databaseUrl(),
  replicas: option.listOf(databaseUrl()),
  breakersShared: option.flag(),
  hedgedReads: option.flag(),
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
  hoistedSettings: option.listOf(option.text()),
  statementTimeoutMs: option.duration({ min: 0, max: 86_400_000 }),
  deadlineMs: option.duration({ min: 0, max: 86_400_000 }),
  settings: {
    expects: 'an object of settings with a dot in their names, such as {"app.settings.key":"…"}',
    read: readSettings,
    isSwitch: false,
    isSecret: true,
  },
  configEnabled: option.flag(),
  preConfig: option.text({
    expects: 'a function such as postgrest.pre_config',
    accepts: isFunction,
  }),
})

/** A URL of PostgreSQL, which may name several hosts: one of them stands for all. */
function databaseUrl(): option.Check<string> {
  const single = option.url('postgres:', 'postgresql:')
  const read = (value: unknown) => {
    const first = typeof value === 'string' ? value.replace(FURTHER_HOSTS, '$1') : value
    return single.read(first) === undefined ? undefined : (value as string)
  }
  return { ...single, read }
}

const FURTHER_HOSTS = /^(\w+:\/\/(?:[^@/]*@)?[^/?,]*),[^/?]*/

/** One name, or two with a dot between them. */
function isFunction(text: string): boolean {
  return /^[^.]+(?:\.[^.]+)?$/.test(text)
}

/** A name without a dot would be a setting of PostgreSQL's own, `role` among them. */
function readSettings(value: unknown): Readonly<Record<string, string>> | undefined {
  const given = typeof value === 'string' ? parsed(value) : value
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined
  const isRight = Object.entries(given).every(
    ([name, each]) => /^\w+(?:\.\w+)+$/.test(name) && typeof each === 'string',
  )
  return isRight ? Object.freeze({ ...(given as Record<string, string>) }) : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
