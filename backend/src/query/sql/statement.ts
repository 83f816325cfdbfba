import { createHash } from 'node:crypto'
import { list, type Sql, sql } from '../../base/index.ts'
import type { ReadPlan } from '../plan/index.ts'
import { compileAnswerRow, compileUnranged } from './answer-row.ts'
import { asPlanned, fromOne, type Numbering } from './numbering.ts'
import { EXPLAIN_FORMATS, EXPLAIN_OPTIONS } from './keywords.ts'
import type { Scope } from './rows.ts'
import type { AnswerShape, CompileContext, ExplainShape, Statement } from './types.ts'

/**
 * A plan as one statement, whatever its nesting. The text depends on the shape of the plan alone, so one prepared
 * statement serves all values. It takes the plan's whole list of parameters.
 * Throws ST130 and ST131 for names and array indexes that PostgreSQL could not hold.
 */
export function compileRead(
  plan: ReadPlan,
  shape: AnswerShape,
  context: CompileContext,
): Statement {
  const statement = compileAnswerRow(scopeOf(asPlanned(), context), plan, shape)
  return Object.freeze({
    ...named(statement),
    estimate: needsEstimate(plan, shape) ? compileEstimate(plan, context) : undefined,
  })
}

/**
 * The execution plan of the same statement, for `application/vnd.pgrst.plan`. It answers rows of one column, `QUERY
 * PLAN`: one JSON document, or as many lines as the text has.
 */
export function compileExplain(
  plan: ReadPlan,
  shape: AnswerShape,
  explain: ExplainShape,
  context: CompileContext,
): Statement {
  const statement = compileAnswerRow(scopeOf(asPlanned(), context), plan, shape)
  return Object.freeze({ ...named(explained(statement, explain)), estimate: undefined })
}

/** The statement with PostgreSQL telling how it would run it. */
export function explained(statement: Sql, { format, options }: ExplainShape): Sql {
  const settings = list([EXPLAIN_FORMATS[format], ...options.map(name => EXPLAIN_OPTIONS[name])])
  return sql`explain (${settings}) ${statement}`
}

/** Without a cap an estimated count has no bound beyond which it would stop counting. */
function needsEstimate({ rowsMax }: ReadPlan, { count }: AnswerShape): boolean {
  return count === 'planned' || (count === 'estimated' && rowsMax !== undefined)
}

function compileEstimate(
  plan: ReadPlan,
  context: CompileContext,
): NonNullable<Statement['estimate']> {
  const scope = scopeOf(fromOne(), context)
  const rows = compileUnranged(scope, plan)
  const { placed } = scope.numbering
  return Object.freeze({ ...named(sql`explain (format json) ${rows}`), parameters: placed })
}

/** What all nodes of a text that is compiled in this context share. */
export function scopeOf(numbering: Numbering, { embedsAs }: CompileContext): Scope {
  return { numbering, asJsonb: embedsAs === 'jsonb' }
}

/** The same text has the same name in every process and version: 64 bits of its SHA-256. */
export function named({ text }: Sql): { readonly text: string; readonly name: string } {
  const digest = createHash('sha256').update(text).digest()
  return { text, name: `s${digest.readBigUInt64BE().toString(36)}` }
}
