import { list, literal, parameter, type Sql, type SqlPart, sql } from '../../base/index.ts'
import type { Step } from '../../capabilities/pool/index.ts'
import type { TransactionContext } from './types.ts'

/**
 * The step that puts a transaction under its context: one `select set_config(…, true), …`, whose text depends on the
 * number of extra settings, on the timeout and on the access mode alone, so that few texts serve all requests.
 *
 * The order is PostgREST's: settings before the role, so that those granted to the connecting role (GRANT SET ON
 * PARAMETER) may be made. The response settings are emptied, for a function may have set them for the whole session.
 */
export function contextStep(context: TransactionContext): Step {
  const { settings, readOnly } = context
  const timeoutMs = context.statementTimeoutMs ?? 0
  const { text, name } = textFor(settings.length, timeoutMs > 0, readOnly)
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
  return { text, name, values, discard: true }
}

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

function textFor(settings: number, hasTimeout: boolean, readOnly: boolean): PreparedText {
  const key = 4 * settings + (hasTimeout ? 2 : 0) + (readOnly ? 1 : 0)
  let known = texts.get(key)
  if (known === undefined) {
    const { text } = write(settings, hasTimeout, readOnly)
    known = Object.freeze({ text, name: `context_${key}` })
    texts.set(key, known)
  }
  return known
}

function write(settings: number, hasTimeout: boolean, readOnly: boolean): Sql {
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
  ]
  return sql`select ${list(calls)}`
}

const empty = literal('')

/** Local to the transaction. */
function setting(name: SqlPart, value: SqlPart): Sql {
  return sql`pg_catalog.set_config(${name}, ${value}, true)`
}
