import { list, literal, parameter, type Sql, type SqlPart, sql } from '../../base/index.ts'
import type { Step, StepResult } from '../../capabilities/pool/index.ts'
import type { TransactionContext } from './types.ts'

/**
 * The step that puts a transaction under its context: one `select set_config(…, true), …`, whose text depends on the
 * number of extra settings, on the timeout and on the access mode alone, so that few texts serve all requests.
 *
 * The order is PostgREST's: settings before the role, so that those granted to the connecting role (GRANT SET ON
 * PARAMETER) may be made. The response settings are emptied, for a function may have set them for the whole session.
 *
 * `tellsSnapshot`: its last column says what the statements behind it see at least. See `snapshotIn`.
 */
export function contextStep(context: TransactionContext, tellsSnapshot = false): Step {
  const { settings, readOnly } = context
  const timeoutMs = context.statementTimeoutMs ?? 0
  const { text, name } = textFor(settings.length, timeoutMs > 0, readOnly, tellsSnapshot)
  const values: string[] = [context.searchPath]
  if (timeoutMs > 0) values.push(String(timeoutMs))
  for (const [setting, value] of settings) values.push(setting, value)
  values.push(
    context.role,
    context.claims,
    context.method,
    context.path,
    context.headers,
    context.cookies,
  )
  return { text, name, values, discard: !tellsSnapshot }
}

/** What a context step answered that tells its snapshot: the text of a `pg_snapshot`. */
export function snapshotIn(result: StepResult | undefined): string | undefined {
  return result?.[0]?.at(-1) ?? undefined
}

/** What a context step of a write answered, beside its snapshot: the settings that `RENDERING` tells. */
export function renderingIn(result: StepResult | undefined): string | undefined {
  return result?.[0]?.at(-2) ?? undefined
}

/** Settings that decide how a value is written. A trigger or a default may make others of them, until the transaction ends. */
export const RENDERING = sql`pg_catalog.concat_ws(',', ${list(
  [
    ...['timezone', 'datestyle', 'intervalstyle', 'bytea_output', 'extra_float_digits'],
    ...['lc_monetary', 'xmlbinary', 'search_path'],
  ].map(name => sql`pg_catalog.current_setting(${literal(name)})`),
)})`

/** Names of the settings that every request has, after the extra ones. */
const FIXED = Object.freeze([
  'role',
  'request.jwt.claims',
  'request.method',
  'request.path',
  'request.headers',
  'request.cookies',
])

interface PreparedText {
  readonly text: string
  readonly name: string
}

const texts = new Map<number, PreparedText>()
const tellingTexts = new Map<number, PreparedText>()

function textFor(
  settings: number,
  hasTimeout: boolean,
  readOnly: boolean,
  tellsSnapshot: boolean,
): PreparedText {
  const key = 4 * settings + (hasTimeout ? 2 : 0) + (readOnly ? 1 : 0)
  const made = tellsSnapshot ? tellingTexts : texts
  let known = made.get(key)
  if (known === undefined) {
    const { text } = write(settings, hasTimeout, readOnly, tellsSnapshot)
    known = Object.freeze({ text, name: `context_${tellsSnapshot ? 'snapshot_' : ''}${key}` })
    made.set(key, known)
  }
  return known
}

function write(
  settings: number,
  hasTimeout: boolean,
  readOnly: boolean,
  tellsSnapshot: boolean,
): Sql {
  let count = 0
  const next = () => parameter(++count)
  const calls = [
    setting(literal('search_path'), next()),
    hasTimeout && setting(literal('statement_timeout'), next()),
    ...Array.from({ length: settings }, () => setting(next(), next())),
    ...FIXED.map(name => setting(literal(name), next())),
    setting(literal('response.headers'), empty),
    setting(literal('response.status'), empty),
    readOnly && setting(literal('transaction_read_only'), literal('on')),
    tellsSnapshot && !readOnly && RENDERING,
    tellsSnapshot && SNAPSHOT,
  ]
  return sql`select ${list(calls)}`
}

const empty = literal('')

/**
 * A standby does not tell which transactions were still running (its snapshots keep them where `pg_current_snapshot` does not
 * look): it is only taken to show what had ended before the oldest of them.
 */
const SNAPSHOT = sql`
  case when pg_catalog.pg_is_in_recovery()
    then pg_catalog.concat(pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot()), ':',
      pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot()), ':')
    else pg_catalog.pg_current_snapshot()::text end`

/** Local to the transaction. */
function setting(name: SqlPart, value: SqlPart): Sql {
  return sql`pg_catalog.set_config(${name}, ${value}, true)`
}
