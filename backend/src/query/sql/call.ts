import { identifier, list, type Sql, sql } from '../../base/index.ts'
import type { RoutineParameter, TypeRef } from '../catalog/index.ts'
import { answersValues, type CallPlan, VALUE_COLUMN } from '../plan/index.ts'
import { compileAnswerRow, type OwnResult } from './answer-row.ts'
import { bodyOfRows, handled } from './answer.ts'
import { guarded } from './guard.ts'
import { qualified } from './names.ts'
import { CALLED } from './node.ts'
import { asPlanned } from './numbering.ts'
import { outputsOf } from './outputs.ts'
import type { Scope } from './rows.ts'
import { explained, named, scopeOf } from './statement.ts'
import type { AnswerShape, CompileContext, ExplainShape, Statement } from './types.ts'

/**
 * A call as one statement. It takes the plan's whole list of parameters, and that of the guard where there is one. The
 * function runs once, whatever is asked of its result.
 */
export function compileCall(
  plan: CallPlan,
  shape: AnswerShape,
  context: CompileContext,
): Statement {
  return Object.freeze({ ...named(compileWhole(plan, shape, context)), estimate: undefined })
}

/** The execution plan of the same statement, as `compileExplain` of a read. */
export function compileExplainedCall(
  plan: CallPlan,
  shape: AnswerShape,
  explain: ExplainShape,
  context: CompileContext,
): Statement {
  const statement = explained(compileWhole(plan, shape, context), explain)
  return Object.freeze({ ...named(statement), estimate: undefined })
}

/**
 * What the function answers is the `with` query; all the rest is a read of it. PostgreSQL runs such a query once, or
 * makes it part of the read where that comes to the same. A single value is always made, even if nobody looks at it.
 */
function compileWhole(plan: CallPlan, shape: AnswerShape, context: CompileContext): Sql {
  const scope = scopeOf(asPlanned(), context)
  const { routine, returning } = plan
  const isValue = answersValues(routine)
  const called = isValue ? compileValues(scope, plan) : compileResultRows(scope, plan)
  const once = isValue && !routine.returns.set && sql` materialized`
  const counted = { ...shape, count: countOf(shape) }
  const answer = compileAnswerRow(scope, returning, counted, resultOf(scope, plan, shape))
  return sql`with ${CALLED} as${once} (${called}) ${answer}`
}

/**
 * As for PostgREST: all rows are there to be counted, so an estimated count is exact; and what the planner thinks of a
 * function's rows says nothing.
 */
function countOf({ count }: AnswerShape): AnswerShape['count'] {
  if (count === 'estimated') return 'exact'
  return count === 'planned' ? undefined : count
}

const VALUE = identifier(VALUE_COLUMN)
const BODY = identifier('body')
const RESULT = identifier('result')

function compileValues(scope: Scope, plan: CallPlan): Sql {
  const from = compileBody(scope, plan)
  return sql`select ${compileInvocation(scope, plan)} as ${VALUE}${from && sql` from ${from}`}`
}

function compileResultRows(scope: Scope, plan: CallPlan): Sql {
  const body = compileBody(scope, plan)
  const beside = body && sql`${body}, `
  return sql`select ${RESULT}.* from ${beside}${compileInvocation(scope, plan)} as ${RESULT}`
}

/** The arguments that a JSON object holds, as one row with a column for each. */
function compileBody({ numbering }: Scope, { arguments: given }: CallPlan): Sql | undefined {
  if (given.kind !== 'json') return undefined
  const value = sql`${numbering.place(given.value)}::json`
  const columns = given.parameters.map(
    ({ name, type }) => sql`${identifier(name)} ${compileType(type)}`,
  )
  return sql`json_to_record(${value}${given.isArray && sql` -> 0`}) as ${BODY}(${list(columns)})`
}

function compileInvocation({ numbering }: Scope, { routine, arguments: given }: CallPlan): Sql {
  switch (given.kind) {
    case 'named': {
      const values = given.values.map(({ parameter, value }) =>
        argument(parameter, sql`${numbering.place(value)}::${compileType(parameter.type)}`),
      )
      return sql`${qualified(routine)}(${list(values)})`
    }
    case 'json': {
      const values = given.parameters.map(parameter =>
        argument(parameter, identifier('body', parameter.name)),
      )
      return sql`${qualified(routine)}(${list(values)})`
    }
    case 'raw': {
      const type = compileType(given.parameter.type)
      return sql`${qualified(routine)}(${numbering.place(given.value)}::${type})`
    }
  }
}

function argument({ name, variadic }: RoutineParameter, value: Sql): Sql {
  return sql`${variadic && sql`variadic `}${identifier(name)} => ${value}`
}

/** By its name in PostgreSQL's own catalog: an array is `_int4`, and `bpchar` takes text of any length. */
function compileType({ schema, name }: TypeRef): Sql {
  return identifier(schema, name)
}

/** The body and count of what is not simply a list of rows; guarded where something may have been written. */
function resultOf(scope: Scope, plan: CallPlan, shape: AnswerShape): OwnResult {
  const { set } = plan.routine.returns
  const body = isBare(plan) ? bodyOfValues(shape, set) : bodyOfResult(shape, set)
  const place = scope.numbering.place.bind(scope.numbering)
  return set
    ? { body: guarded(body, sql`count(*)`, shape.guard, place), rows: sql`count(*)` }
    : { body, rows: sql`greatest(count(*), 1)` } // Whatever is left of it: PostgREST counts the call.
}

/** Values that nothing has been made of: a cast, an aggregate or another name makes rows of them. */
function isBare({ routine, returning }: CallPlan): boolean {
  const [only, ...others] = outputsOf(returning)
  const isValue = only?.name === '*' || only?.name === VALUE_COLUMN
  return answersValues(routine) && isValue && others.length === 0
}

/** One row is an object, as several are an array of them. */
function bodyOfResult(shape: AnswerShape, set: boolean): Sql {
  return bodyOfRows(shape.format === 'array' && !set ? { ...shape, format: 'object' } : shape)
}

/** Bare values rather than objects with one key. */
function bodyOfValues(shape: AnswerShape, set: boolean): Sql {
  const value = identifier('t', VALUE_COLUMN)
  const strip = (json: Sql) => (shape.stripNulls ? sql`json_strip_nulls(${json})` : json)
  const one = sql`(array_agg(${value}))[1]`
  switch (shape.format) {
    case 'array':
      return set
        ? sql`coalesce(${strip(sql`json_agg(${value})`)}, '[]')::text`
        : sql`coalesce(${strip(firstJson(value))}, 'null')::text`
    case 'object':
      return set ? bodyOfRows(shape) : sql`coalesce(${strip(firstJson(value))}, 'null')::text`
    case 'handler':
      return handledValues(shape, set, value, one)
    default:
      return bodyOfRows(shape)
  }
}

/** What a function has made is the body. An aggregate takes the one value itself, several as rows: as for PostgREST. */
function handledValues(shape: AnswerShape, set: boolean, value: Sql, one: Sql): Sql {
  const { handler } = shape
  if (handler === undefined || (handler.aggregate && set)) return bodyOfRows(shape)
  const made = handler.aggregate ? sql`${qualified(handler.function)}(${value})` : one
  return handled(made, handler)
}

function firstJson(value: Sql): Sql {
  return sql`(array_agg(to_json(${value})))[1]`
}
