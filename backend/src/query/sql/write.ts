import { assert, clauses, list, type Sql, sql } from '../../base/index.ts'
import type { WritePlan } from '../plan/index.ts'
import { compileAnswerRow, compileUnused, settings } from './answer-row.ts'
import { bodyOfRows } from './answer.ts'
import { guarded } from './guard.ts'
import { WRITTEN } from './node.ts'
import { asPlanned, parametersOf, parametersOfWrite } from './numbering.ts'
import type { Scope } from './rows.ts'
import { explained, named, scopeOf } from './statement.ts'
import type { AnswerShape, CompileContext, ExplainShape, Statement } from './types.ts'
import { compileWritten, MERGED } from './written.ts'

/**
 * A write as one statement: what it has left is a `with` query, and what is answered is a read of that. It takes the
 * plan's whole list of parameters, and that of the guard where there is one.
 */
export function compileWrite(
  plan: WritePlan,
  shape: AnswerShape,
  context: CompileContext,
): Statement {
  return Object.freeze({ ...named(compileWhole(plan, shape, context)), estimate: undefined })
}

/** The execution plan of the same statement, as `compileExplain` of a read. With `analyze` PostgreSQL writes. */
export function compileExplainedWrite(
  plan: WritePlan,
  shape: AnswerShape,
  explain: ExplainShape,
  context: CompileContext,
): Statement {
  const statement = explained(compileWhole(plan, shape, context), explain)
  return Object.freeze({ ...named(statement), estimate: undefined })
}

function compileWhole(plan: WritePlan, shape: AnswerShape, context: CompileContext): Sql {
  const scope = scopeOf(asPlanned(), context)
  const written = compileWritten(scope.numbering, plan, shape.handler)
  return sql`with ${WRITTEN} as (${written}) ${compileAnswer(scope, plan, shape)}`
}

const COUNT = sql`count(*)`

function compileAnswer(scope: Scope, plan: WritePlan, shape: AnswerShape): Sql {
  const place = scope.numbering.place.bind(scope.numbering)
  const guard = (body: Sql, rows: Sql) => guarded(body, rows, shape.guard, place)
  const others = parametersOfWrite(plan)
  const beside = [compileLocation(plan), compileInserted(plan)]
  if (plan.returning === undefined) {
    const body = sql`${guard(sql`null::text`, COUNT)} as body`
    const counts = [sql`${COUNT} as rows`, sql`null::bigint as total`]
    return clauses([
      sql`select ${list([body, ...counts, ...settings, ...beside])} from ${WRITTEN}`,
      compileUnused(scope.numbering, others),
    ])
  }
  const touched = isWhole(plan, shape) ? COUNT : sql`(select count(*) from ${WRITTEN})`
  const body = guard(bodyOfRows(shape), touched)
  return compileAnswerRow(
    scope,
    plan.returning,
    { ...shape, count: undefined },
    { body, rows: COUNT, beside, parameters: [...parametersOf(plan.returning), ...others] },
  )
}

/** The number that the guard looks at is that of the answered rows: of one object, or when none is left out of them. */
function isWhole({ action, returning }: WritePlan, { guard }: AnswerShape): boolean {
  assert(returning !== undefined, 'rows are answered')
  if (action !== 'replace' && guard?.kind === 'one') return true
  return !returning.aggregated && !returning.embeds.some(({ inner }) => inner)
}

/** The key as texts, as PostgREST writes it into `Location`. */
function compileLocation({ location }: WritePlan): Sql {
  if (location.length === 0) return sql`null::text as location`
  const row = sql`select row_to_json(${WRITTEN}.*) as row from ${WRITTEN}`
  const key = sql`select json_object_agg(key, value)::text from (${row}) as k, json_each_text(k.row)`
  return sql`case when ${COUNT} = 1 then (${key}) end as location`
}

/** Rows less those that were merged into what was there. */
function compileInserted({ conflict }: WritePlan): Sql {
  if (conflict?.resolution !== 'merge-duplicates') return sql`null::bigint as inserted`
  const touched = sql`(select count(*) from ${WRITTEN})`
  return sql`greatest(${touched} - ${MERGED}, 0) as inserted`
}
