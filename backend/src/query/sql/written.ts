import { assert, clauses, identifier, list, literal, type Sql, sql } from '../../base/index.ts'
import type { MediaHandler } from '../catalog/index.ts'
import type { WritePlan } from '../plan/index.ts'
import { BODY, compileBody } from './body.ts'
import { type ConditionScope, compileCondition } from './condition.ts'
import { wholeRow } from './field.ts'
import { qualified } from './names.ts'
import type { Numbering } from './numbering.ts'
import { neededColumns } from './needed.ts'

// What writes, and nothing of what is answered but the columns that the answer needs: a role that may write a table and
// not read it can write it.

/** The `insert`, `update` or `delete` of a write, with what it returns. */
export function compileWritten(
  numbering: Numbering,
  plan: WritePlan,
  handler: MediaHandler | undefined,
): Sql {
  const returned = compileReturned(plan, handler)
  switch (plan.action) {
    case 'insert':
    case 'replace':
      return compileInsert(numbering, plan, returned)
    case 'update':
      return plan.columns.length === 0
        ? compileNothing(plan, returned)
        : compileUpdate(numbering, plan, returned)
    case 'delete':
      return clauses([
        sql`delete from ${target(plan)}`,
        compileWhere(numbering, plan, ROW),
        sql`returning ${returned}`,
      ])
  }
}

/** The name of the written relation's rows while they are written. */
const ROW = 'target'
const TARGET = identifier(ROW)

function target({ relation }: WritePlan): Sql {
  return sql`${qualified(relation)} as ${TARGET}`
}

/** Rows have to be counted even where nothing of them is answered. */
function compileReturned(
  { returning, location, relation }: WritePlan,
  handler: MediaHandler | undefined,
): Sql {
  if (handler?.relation) return wholeRow(ROW)
  const needed = returning === undefined ? location : neededColumns(returning)
  if (needed === 'all') return wholeRow(ROW)
  const columns = [...relation.columns.keys()].filter(name => needed.includes(name))
  return columns.length === 0 ? sql`1` : list(columns.map(name => identifier(ROW, name)))
}

function compileInsert(numbering: Numbering, plan: WritePlan, returned: Sql): Sql {
  const { columns, action, body } = plan
  const names = columns.map(({ column }) => identifier(column.name))
  const values = columns.map(({ column }) => identifier(BODY, column.name))
  const isOfDefaults = columns.length === 0 && body?.isArray === false
  const rows = clauses([
    columns.length > 0 ? sql`select ${list(values)} from` : sql`select from`,
    !isOfDefaults && compileBody(numbering, plan),
    action === 'replace' && compileWhere(numbering, plan, BODY),
  ])
  return clauses([
    sql`insert into ${target(plan)}`,
    columns.length > 0 && sql`(${list(names)})`,
    isOfDefaults ? sql`default values` : rows,
    compileConflict(plan),
    sql`returning ${returned}`,
  ])
}

const COUNTER = literal('s_tier.merged')

/** How many rows of the statement were merged into others, once it has run. */
export const MERGED = sql`coalesce(nullif(current_setting(${COUNTER}, true), ''), '0')::bigint`

/**
 * Only what is merged comes past the condition, so it counts: a table may be a view, have partitions or be elsewhere, where
 * no system column tells.
 */
function compileConflict({ conflict, columns }: WritePlan): Sql | undefined {
  if (conflict === undefined) return undefined
  const key = list(conflict.columns.map(name => identifier(name)))
  if (conflict.resolution === 'ignore-duplicates' || columns.length === 0) {
    return sql`on conflict (${key}) do nothing`
  }
  const changes = columns.map(
    ({ column: { name } }) => sql`${identifier(name)} = ${identifier('excluded', name)}`,
  )
  const counted = sql`set_config(${COUNTER}, (${MERGED} + 1)::text, true) <> ''`
  return sql`on conflict (${key}) do update set ${list(changes)} where ${counted}`
}

function compileUpdate(numbering: Numbering, plan: WritePlan, returned: Sql): Sql {
  const changes = plan.columns.map(
    ({ column: { name } }) => sql`${identifier(name)} = ${identifier(BODY, name)}`,
  )
  return clauses([
    sql`update ${target(plan)} set ${list(changes)}`,
    sql`from ${compileBody(numbering, plan)}`,
    compileWhere(numbering, plan, ROW),
    sql`returning ${returned}`,
  ])
}

/** An update without a column changes nothing and is none, but what it would answer has its columns. */
function compileNothing(plan: WritePlan, returned: Sql): Sql {
  const from = plan.returning && sql` from ${target(plan)}`
  return sql`select ${returned}${from} where false`
}

function compileWhere(numbering: Numbering, { where }: WritePlan, row: string): Sql | undefined {
  if (where === undefined) return undefined
  const scope: ConditionScope = {
    row,
    whole: wholeRow(row),
    numbering,
    exists: noEmbed,
  }
  return sql`where ${compileCondition(scope, where)}`
}

/** Planning finds no embeds for the conditions of a write. */
function noEmbed(embed: number): Sql {
  assert(false, `a write has no embed ${embed}`)
}
