import { identifier, join, type Sql, sql } from '../../base/index.ts'
import type { Relationship } from '../catalog/index.ts'
import type { Embed, ReadPlan, Source } from '../plan/index.ts'
import { type Rows, wholeRow } from './field.ts'
import { qualified } from './names.ts'

/** One `select` of the statement: a plan, and how its rows hang on those of the node above. */
export interface Node extends Rows {
  readonly plan: ReadPlan
  readonly from: Sql
  /** What ties them to one row of the parent. */
  readonly tie: Sql | undefined
  /** Its columns become columns of the parent: they are numbered, for names may meet there. */
  readonly spread: boolean
  /** Its aggregates are taken over the parent's rows, so here they are the bare values. */
  readonly handsUp: boolean
  /** Values of embeds are `jsonb` rather than `json`, which cannot be grouped by. */
  readonly asJsonb: boolean
}

export function rootNode(plan: ReadPlan, asJsonb: boolean): Node {
  return {
    plan,
    row: 'root',
    whole: wholeOf(plan.source, 'root'),
    from: sql`${compileSource(plan.source)} as ${identifier('root')}`,
    tie: undefined,
    spread: false,
    handsUp: false,
    asJsonb: asJsonb || plan.aggregated,
  }
}

export function embedNode(embed: Embed, parent: Node, asJsonb: boolean): Node {
  const row = `n${embed.id}`
  const inherited = embed.spread && parent.asJsonb
  return {
    plan: embed.plan,
    row,
    whole: wholeRow(row),
    ...hang(embed.relationship, row, parent, `j${embed.id}`),
    spread: embed.spread,
    handsUp: embed.spread && embed.toOne,
    asJsonb: asJsonb || embed.plan.aggregated || inherited,
  }
}

/** No row of the parent has two: the foreign key points at a table's unique key, or is one itself. */
export function isAtMostOne({ relationship, plan }: Embed): boolean {
  const { kind } = relationship
  if (kind !== 'many-to-one' && kind !== 'one-to-one') return false
  return hasKeyWithin(
    plan.source,
    relationship.columns.map(([, column]) => column),
  )
}

/**
 * A function only promises that its `rows 1` are one: a join with it would make more of the parents. Views that repeat a
 * key are not guarded against where they are joined, so that PostgreSQL can choose how.
 */
export function mayBeMany({ relationship }: Embed): boolean {
  return relationship.kind === 'computed'
}

/** Of a table's rows, one at most has given values in these columns. Keys of views and of results are not relied on. */
export function hasKeyWithin({ kind, relation }: Source, columns: readonly string[]): boolean {
  if (kind === 'call') return false
  if (relation.kind !== 'table' && relation.kind !== 'partitioned-table') return false
  return relation.uniqueKeys.some(
    key => key.length > 0 && key.every(column => columns.includes(column)),
  )
}

function compileSource(source: Source): Sql {
  switch (source.kind) {
    case 'relation':
      return qualified(source.relation)
    case 'written':
      return WRITTEN
    case 'call':
      return CALLED
  }
}

/**
 * What a write has left, or a function answered, is a record like any other: functions of the relation's row have to be
 * told that it is one.
 */
function wholeOf(source: Source, row: string): Sql {
  if (source.kind === 'relation' || source.relation === undefined) return wholeRow(row)
  return sql`(${wholeRow(row)})::${qualified(source.relation)}`
}

/** The statement's name for the rows that its write has left. */
export const WRITTEN = identifier('written')

/** The statement's name for what the function has answered. */
export const CALLED = identifier('called')

function hang(
  relationship: Relationship,
  row: string,
  parent: Rows,
  junction: string,
): Pick<Node, 'from' | 'tie'> {
  switch (relationship.kind) {
    case 'computed': {
      const call = sql`${qualified(relationship.function)}(${parent.whole})`
      return { from: sql`${call} as ${identifier(row)}`, tie: undefined }
    }
    case 'many-to-many': {
      const target = sql`${qualified(relationship.to)} as ${identifier(row)}`
      const middle = sql`${qualified(relationship.junction)} as ${identifier(junction)}`
      const on = equal(relationship.toColumns, junction, row)
      return {
        from: sql`${target} join ${middle} on ${on}`,
        tie: equal(relationship.fromColumns, parent.row, junction),
      }
    }
    default:
      return {
        from: sql`${qualified(relationship.to)} as ${identifier(row)}`,
        tie: equal(relationship.columns, parent.row, row),
      }
  }
}

function equal(pairs: readonly (readonly [string, string])[], left: string, right: string): Sql {
  const equations = pairs.map(([a, b]) => sql`${identifier(right, b)} = ${identifier(left, a)}`)
  return join(equations, sql` and `)
}
