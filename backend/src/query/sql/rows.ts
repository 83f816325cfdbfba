import {
  assert,
  clauses,
  identifier,
  integer,
  join,
  list,
  type Sql,
  sql,
} from '../../base/index.ts'
import { type Embed, type Field, type Order, placeOf, type ReadPlan } from '../plan/index.ts'
import { compileCondition } from './condition.ts'
import { compileField, wholeRow } from './field.ts'
import { embedNode, isAtMostOne, mayBeMany, type Node } from './node.ts'
import type { Numbering } from './numbering.ts'
import { DIRECTIONS, NULLS } from './keywords.ts'
import { aggregated, assertNoStar, embedOutputs, named, outputsOf, ownValue } from './outputs.ts'

// One node of a plan as one `select`, with all nodes below it inside.
//
// An embed is a subquery in the select list wherever it can be: PostgreSQL evaluates those after sorting and limiting,
// so twenty rows of a million cost twenty lookups. What has to happen earlier is kept apart and as light as possible:
// an inner embed filters by `exists`, which becomes a semi-join; an order by a related column joins that column alone.
// Only a spread, and an inner embed of one row, are joins that also deliver.

/** What all nodes of one text share. */
export interface Scope {
  readonly numbering: Numbering
  /** Values of all embeds are `jsonb`. */
  readonly asJsonb: boolean
}

/** The node's rows as they go into the answer. `bare`: in any order, and as many as there are. */
export function compileRows(scope: Scope, node: Node, bare = false): Sql {
  const { plan } = node
  return clauses([
    sql`select ${list(compileOutputs(scope, node))}`,
    sql`from ${node.from}`,
    ...plan.embeds.flatMap(embed => compileJoins(scope, node, embed)),
    compileWhere(scope, node, embed => isFilter(plan, embed)),
    plan.aggregated && compileGroup(plan),
    !bare && compileOrder(node),
    !bare && compileLimit(scope, plan),
    !bare && compileOffset(scope, plan),
  ])
}

/** The node's rows as far as their number matters: no columns, no order, no range. */
export function compileMatches(scope: Scope, node: Node): Sql {
  return clauses([sql`select from ${node.from}`, compileWhere(scope, node, embed => embed.inner)])
}

/** The same within the node's range. */
export function compileMatchesInRange(scope: Scope, node: Node): Sql {
  const { plan } = node
  return clauses([
    compileMatches(scope, node),
    compileLimit(scope, plan),
    compileOffset(scope, plan),
  ])
}

function compileOutputs(scope: Scope, node: Node): readonly Sql[] {
  const { plan } = node
  if (plan.aggregated || node.spread) assertNoStar(plan.select)
  const own = plan.select.map(item => ownValue(node, item))
  const values = [...own, ...plan.embeds.flatMap(embed => embedValues(scope, node, embed))]
  return outputsOf(plan).map((output, index) => {
    const value = values[index]
    assert(value !== undefined, 'every output has a value')
    if (node.handsUp) return numbered(value, index)
    const whole = aggregated(value, output)
    return node.spread ? numbered(whole, index) : named(whole, output, plan.select[index])
  })
}

function numbered(value: Sql, index: number): Sql {
  return sql`${value} as ${identifier(String(index + 1))}`
}

/** What an embed gives to the select list of its parent, in the order of `embedOutputs`. */
function embedValues(scope: Scope, node: Node, embed: Embed): readonly Sql[] {
  if (embed.hidden) return []
  if (embed.spread) return embedOutputs(embed).map((_, index) => joinedColumn('e', embed, index))
  const toJson = node.asJsonb ? sql`to_jsonb` : sql`row_to_json`
  if (isJoined(node.plan, embed)) return [sql`${toJson}(${wholeRow(`e${embed.id}`)})`]
  const rows = sql`(${compileRows(scope, embedNode(embed, node, scope.asJsonb))}) as t`
  if (!embed.toOne) return [compileArray(node, rows)]
  const first = !isAtMostOne(embed) && sql` limit 1`
  return [sql`(select ${toJson}(t.*) from ${rows}${first})`]
}

/** The array of records costs a tenth less than `json_agg`, and is empty rather than null without rows. */
function compileArray({ asJsonb }: Node, rows: Sql): Sql {
  if (asJsonb) return sql`coalesce((select jsonb_agg(t.*) from ${rows}), '[]')`
  return sql`array_to_json(array(select (t.*)::record from ${rows}))`
}

function arrayOf({ asJsonb }: Node): Sql {
  return asJsonb ? sql`jsonb_agg` : sql`json_agg`
}

function joinedColumn(join: 'e' | 'o', { id }: Embed, index: number): Sql {
  return identifier(`${join}${id}`, String(index + 1))
}

function isOrdering(plan: ReadPlan, embed: Embed): boolean {
  return orderKeys(plan, embed).length > 0
}

/** The parent's row is joined with what the embed delivers. */
function isJoined(plan: ReadPlan, embed: Embed): boolean {
  if (embed.hidden) return false
  return embed.spread || (embed.toOne && embed.inner && !isOrdering(plan, embed))
}

/** Parents without a match are left out by a condition, as no join does it. */
function isFilter(plan: ReadPlan, embed: Embed): boolean {
  if (!embed.inner) return false
  return !embed.toOne || !(isJoined(plan, embed) || isOrdering(plan, embed))
}

function compileJoins(scope: Scope, node: Node, embed: Embed): readonly Sql[] {
  const joins: Sql[] = []
  const kind = embed.inner && embed.toOne ? sql`join lateral` : sql`left join lateral`
  if (isJoined(node.plan, embed)) {
    const rows = compileJoined(scope, node, embed)
    joins.push(sql`${kind} (${rows}) as ${identifier(`e${embed.id}`)} on true`)
  }
  if (isOrdering(node.plan, embed)) {
    const keys = compileOrderKeys(scope, node, embed)
    joins.push(sql`${kind} (${keys}) as ${identifier(`o${embed.id}`)} on true`)
  }
  return joins
}

/** A spread of many rows gives one array for each of its columns. */
function compileJoined(scope: Scope, node: Node, embed: Embed): Sql {
  const rows = compileRows(scope, embedNode(embed, node, scope.asJsonb))
  if (embed.toOne) return mayBeMany(embed) ? sql`select t.* from (${rows}) as t limit 1` : rows
  const arrays = embedOutputs(embed).map((_, index) => {
    const column = identifier('t', String(index + 1))
    return numbered(sql`coalesce(${arrayOf(node)}(${column}), '[]')`, index)
  })
  return sql`select ${list(arrays)} from (${rows}) as t`
}

/** The related columns that decide about the parent's order, and nothing else. */
function compileOrderKeys(scope: Scope, parent: Node, embed: Embed): Sql {
  const node = embedNode(embed, parent, scope.asJsonb)
  const keys = orderKeys(parent.plan, embed)
  const rows = clauses([
    sql`select ${list(keys.map(({ field }, index) => numbered(compileField(node, field), index)))}`,
    sql`from ${node.from}`,
    compileWhere(scope, node, inner => inner.inner),
    compileLimit(scope, node.plan),
    compileOffset(scope, node.plan),
  ])
  return mayBeMany(embed) ? sql`select t.* from (${rows}) as t limit 1` : rows
}

/** Orders by columns of the embed that no spread delivers. */
function orderKeys({ order }: ReadPlan, embed: Embed): readonly Order[] {
  return order.filter(({ embed: id, field }) => id === embed.id && spreadPlace(embed, field) < 0)
}

/** Where a spread has the field among its columns; -1: nowhere. */
function spreadPlace({ spread, plan }: Embed, field: Field): number {
  return spread ? placeOf(plan.select, field) : -1
}

function compileWhere(
  scope: Scope,
  node: Node,
  isCondition: (embed: Embed) => boolean,
): Sql | undefined {
  const { plan, row, whole, tie } = node
  const exists = (embed: Embed): Sql => compileExists(scope, embedNode(embed, node, scope.asJsonb))
  const rules = {
    row,
    whole,
    numbering: scope.numbering,
    exists: (id: number) => exists(embedOf(plan, id)),
  }
  const conditions = [
    tie,
    plan.where && compileCondition(rules, plan.where),
    ...plan.embeds.filter(isCondition).map(exists),
  ].filter(condition => condition !== undefined)
  return conditions.length === 0 ? undefined : sql`where ${join(conditions, sql` and `)}`
}

/** With its range, for `limit=0` leaves nothing; without the cap, for PostgreSQL makes no semi-join of a `limit`. */
function compileExists(scope: Scope, node: Node): Sql {
  const uncapped = { ...node, plan: { ...node.plan, rowsMax: undefined } }
  return sql`exists (${compileMatchesInRange(scope, uncapped)})`
}

function embedOf({ embeds }: ReadPlan, id: number): Embed {
  const embed = embeds.find(candidate => candidate.id === id)
  assert(embed !== undefined, `there is no embed ${id}`)
  return embed
}

/** By position: every column but the aggregates. Aggregates alone make one group of all rows. */
function compileGroup(plan: ReadPlan): Sql | undefined {
  const positions = outputsOf(plan).flatMap(({ aggregate }, index) =>
    aggregate === undefined ? [integer(index + 1)] : [],
  )
  return positions.length === 0 ? undefined : sql`group by ${list(positions)}`
}

function compileOrder(node: Node): Sql | undefined {
  const { plan } = node
  if (plan.order.length === 0) return undefined
  const terms = plan.order.map(item => {
    const { embed, field, direction, nulls } = item
    const value =
      embed === undefined
        ? compileField(node, field)
        : relatedValue(plan, embedOf(plan, embed), item)
    return sql`${value}${direction && DIRECTIONS[direction]}${nulls && NULLS[nulls]}`
  })
  return sql`order by ${list(terms)}`
}

function relatedValue(plan: ReadPlan, embed: Embed, item: Order): Sql {
  const place = spreadPlace(embed, item.field)
  if (place >= 0) return joinedColumn('e', embed, place)
  return joinedColumn('o', embed, orderKeys(plan, embed).indexOf(item))
}

function compileLimit({ numbering }: Scope, { limit, rowsMax }: ReadPlan): Sql | undefined {
  if (limit === undefined) return rowsMax === undefined ? undefined : sql`limit ${integer(rowsMax)}`
  if (typeof limit === 'number') return sql`limit ${integer(Math.min(limit, rowsMax ?? limit))}`
  const wanted = sql`${numbering.place(limit)}::bigint`
  return rowsMax === undefined
    ? sql`limit ${wanted}`
    : sql`limit least(${wanted}, ${integer(rowsMax)})`
}

function compileOffset({ numbering }: Scope, { offset }: ReadPlan): Sql | undefined {
  return offset && sql`offset ${numbering.place(offset)}::bigint`
}
