import { clauses, integer, list, type Parameter, type Sql, sql } from '../../base/index.ts'
import type { ReadPlan } from '../plan/index.ts'
import { bodyOfRow, bodyOfRows } from './answer.ts'
import { type Node, rootNode } from './node.ts'
import { type Numbering, parametersOf } from './numbering.ts'
import { compileMatches, compileMatchesInRange, compileRows, type Scope } from './rows.ts'
import { isSingle } from './single.ts'
import type { AnswerShape } from './types.ts'

/** A body over the rows `t`, and how many it counts as, where they are not simply told one by one. */
export interface OwnResult {
  readonly body: Sql
  readonly rows: Sql
  /** Columns after all others. */
  readonly beside?: readonly Sql[]
  /** The statement's parameters, where there are more than the plan's. */
  readonly parameters?: readonly Parameter[]
}

/** The select that answers one row: body, rows, total, status, headers. It takes all parameters of the plan. */
export function compileAnswerRow(
  scope: Scope,
  plan: ReadPlan,
  shape: AnswerShape,
  own?: OwnResult,
): Sql {
  const body = own === undefined && isSingle(plan) ? bodyOfRow(shape) : undefined
  const { columns, source } =
    body === undefined ? overRows(scope, plan, shape, own) : overRow(scope, plan, shape, body)
  return clauses([
    sql`select ${list([...columns, ...settings, ...(own?.beside ?? [])])}`,
    source,
    compileUnused(scope.numbering, own?.parameters ?? parametersOf(plan)),
  ])
}

/** All rows that the filters match. Grouped rows have to be made to be counted; others only found. */
export function compileUnranged(scope: Scope, plan: ReadPlan): Sql {
  const root = rootNode(plan, scope.asJsonb)
  return plan.aggregated ? compileRows(scope, root, true) : compileMatches(scope, root)
}

/** `status` and `headers` come last, when whatever sets them in the statement has run. */
export const settings = [
  sql`nullif(current_setting('response.status', true), '') as status`,
  sql`nullif(current_setting('response.headers', true), '') as headers`,
]

interface Answer {
  readonly columns: readonly Sql[]
  readonly source: Sql
}

function overRows(scope: Scope, plan: ReadPlan, shape: AnswerShape, own?: OwnResult): Answer {
  const root = rootNode(takenBy(shape.handler, plan), scope.asJsonb)
  const rows = compileRanged(scope, root, shape)
  const body = own?.body ?? bodyOfRows(shape)
  const found = sql`count(*)`
  const columns = answerColumns(scope, plan, shape, { body, rows: own?.rows ?? found, found })
  return { columns, source: sql`from (${rows}) as t` }
}

/** A handler of one relation takes its rows as they are, without the representations of their columns. */
function takenBy(handler: AnswerShape['handler'], plan: ReadPlan): ReadPlan {
  return handler?.relation ? { ...plan, select: [{ kind: 'star' }] } : plan
}

/**
 * At most one row needs no aggregate, no order and no cap. The scalar subquery would fail, not lie, if the key were none
 * after all; `offset 0` keeps PostgreSQL from evaluating it twice.
 */
function overRow(scope: Scope, plan: ReadPlan, shape: AnswerShape, body: Sql): Answer {
  const root = rootNode({ ...plan, order: [], rowsMax: undefined }, scope.asJsonb)
  const row = sql`select row_to_json(t.*) from (${compileRows(scope, root)}) as t`
  const rows = sql`num_nonnulls(one.row)::bigint`
  const columns = answerColumns(scope, plan, shape, { body, rows, found: rows })
  return { columns, source: sql`from (select (${row}) as row offset 0) as one` }
}

function compileRanged(scope: Scope, root: Node, { format }: AnswerShape): Sql {
  if (format === 'none' && !root.plan.aggregated) return compileMatchesInRange(scope, root)
  return compileRows(scope, root)
}

function answerColumns(
  scope: Scope,
  plan: ReadPlan,
  { count }: AnswerShape,
  { body, rows, found }: OwnResult & { readonly found: Sql },
): readonly Sql[] {
  const total = isCounted(count) ? compileTotal(scope, plan, count, found) : sql`null::bigint`
  return [sql`${body} as body`, sql`${rows} as rows`, sql`${total} as total`]
}

type Counted = 'exact' | 'estimated'

function isCounted(count: AnswerShape['count']): count is Counted {
  return count === 'exact' || count === 'estimated'
}

/** Where no range leaves rows out, those `found` are all. An estimated count stops at one row beyond the cap. */
function compileTotal(scope: Scope, plan: ReadPlan, count: Counted, found: Sql): Sql {
  const { limit, offset, rowsMax } = plan
  if ((limit ?? offset ?? rowsMax) === undefined) return found
  const isCut = count === 'estimated' && rowsMax !== undefined
  const cut = isCut && sql` limit ${integer(rowsMax)} + 1`
  return sql`(select count(*) from (${compileUnranged(scope, plan)}${cut}) as c)`
}

/**
 * PostgreSQL wants to know the type of every parameter it is sent. Those that the text has no use for (filters of an
 * embed that nobody looks at) are named in a row that its planner drops.
 */
export function compileUnused(
  numbering: Numbering,
  parameters: readonly Parameter[],
): Sql | undefined {
  const left = parameters.filter(({ index }) => !numbering.placed.includes(index))
  if (left.length === 0) return undefined
  return sql`cross join (select ${list(left.map(item => sql`${item}::text`))}) as unused`
}
