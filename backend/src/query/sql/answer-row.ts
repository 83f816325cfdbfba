import { clauses, integer, list, type Sql, sql } from '../../base/index.ts'
import type { ReadPlan } from '../plan/index.ts'
import { bodyOfRow, bodyOfRows } from './answer.ts'
import { type Node, rootNode } from './node.ts'
import { type Numbering, parametersOf } from './numbering.ts'
import { compileMatches, compileMatchesInRange, compileRows, type Scope } from './rows.ts'
import { isSingle } from './single.ts'
import type { AnswerShape } from './types.ts'

/** The select that answers one row: body, rows, total, status, headers. It takes all parameters of the plan. */
export function compileAnswerRow(scope: Scope, plan: ReadPlan, shape: AnswerShape): Sql {
  const body = isSingle(plan) ? bodyOfRow(shape) : undefined
  const { columns, source } =
    body === undefined ? overRows(scope, plan, shape) : overRow(scope, plan, shape, body)
  return clauses([
    sql`select ${list([...columns, ...settings])}`,
    source,
    compileUnused(scope.numbering, plan),
  ])
}

/** All rows that the filters match. Grouped rows have to be made to be counted; others only found. */
export function compileUnranged(scope: Scope, plan: ReadPlan): Sql {
  const root = rootNode(plan, scope.asJsonb)
  return plan.aggregated ? compileRows(scope, root, true) : compileMatches(scope, root)
}

/** `status` and `headers` come last, when whatever sets them in the statement has run. */
const settings = [
  sql`nullif(current_setting('response.status', true), '') as status`,
  sql`nullif(current_setting('response.headers', true), '') as headers`,
]

interface Answer {
  readonly columns: readonly Sql[]
  readonly source: Sql
}

function overRows(scope: Scope, plan: ReadPlan, shape: AnswerShape): Answer {
  const rows = compileRanged(scope, rootNode(plan, scope.asJsonb), shape)
  const columns = answerColumns(scope, plan, shape, bodyOfRows(shape), sql`count(*)`)
  return { columns, source: sql`from (${rows}) as t` }
}

/**
 * At most one row needs no aggregate, no order and no cap. The scalar subquery would fail, not lie, if the key were none
 * after all; `offset 0` keeps PostgreSQL from evaluating it twice.
 */
function overRow(scope: Scope, plan: ReadPlan, shape: AnswerShape, body: Sql): Answer {
  const root = rootNode({ ...plan, order: [], rowsMax: undefined }, scope.asJsonb)
  const row = sql`select row_to_json(t.*) from (${compileRows(scope, root)}) as t`
  const columns = answerColumns(scope, plan, shape, body, sql`num_nonnulls(one.row)::bigint`)
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
  body: Sql,
  rows: Sql,
): readonly Sql[] {
  const total = isCounted(count) ? compileTotal(scope, plan, count, rows) : sql`null::bigint`
  return [sql`${body} as body`, sql`${rows} as rows`, sql`${total} as total`]
}

type Counted = 'exact' | 'estimated'

function isCounted(count: AnswerShape['count']): count is Counted {
  return count === 'exact' || count === 'estimated'
}

/** Where no range leaves rows out, they are counted already. An estimated count stops at one row beyond the cap. */
function compileTotal(scope: Scope, plan: ReadPlan, count: Counted, rows: Sql): Sql {
  const { limit, offset, rowsMax } = plan
  if ((limit ?? offset ?? rowsMax) === undefined) return rows
  const isCut = count === 'estimated' && rowsMax !== undefined
  const cut = isCut && sql` limit ${integer(rowsMax)} + 1`
  return sql`(select count(*) from (${compileUnranged(scope, plan)}${cut}) as c)`
}

/**
 * PostgreSQL wants to know the type of every parameter it is sent. Those that the text has no use for (filters of an
 * embed that nobody looks at) are named in a row that its planner drops.
 */
function compileUnused(numbering: Numbering, plan: ReadPlan): Sql | undefined {
  const left = parametersOf(plan).filter(({ index }) => !numbering.placed.includes(index))
  if (left.length === 0) return undefined
  return sql`cross join (select ${list(left.map(item => sql`${item}::text`))}) as unused`
}
