import { identifier, join, type Sql, sql } from '../../base/index.ts'
import type { Relationship } from '../catalog/index.ts'
import type { Embed, ReadPlan, Source } from '../plan/index.ts'
import { wholeRow } from './field.ts'
import { qualified } from './names.ts'

/** One `select` of the statement: a plan, and how its rows hang on those of the node above. */
export interface Node {
  readonly plan: ReadPlan
  /** The name of its rows in the statement. */
  readonly row: string
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
    ...hang(embed.relationship, row, parent.row, `j${embed.id}`),
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

/** Of a table's rows, one at most has given values in these columns. Keys of views are not relied on. */
export function hasKeyWithin({ relation }: Source, columns: readonly string[]): boolean {
  if (relation?.kind !== 'table' && relation?.kind !== 'partitioned-table') return false
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
      return sql`${qualified(source.routine)}()`
  }
}

/** The statement's name for the rows that its write has left. */
export const WRITTEN = identifier('written')

function hang(
  relationship: Relationship,
  row: string,
  parent: string,
  junction: string,
): Pick<Node, 'from' | 'tie'> {
  switch (relationship.kind) {
    case 'computed': {
      const call = sql`${qualified(relationship.function)}(${wholeRow(parent)})`
      return { from: sql`${call} as ${identifier(row)}`, tie: undefined }
    }
    case 'many-to-many': {
      const target = sql`${qualified(relationship.to)} as ${identifier(row)}`
      const middle = sql`${qualified(relationship.junction)} as ${identifier(junction)}`
      const on = equal(relationship.toColumns, junction, row)
      return {
        from: sql`${target} join ${middle} on ${on}`,
        tie: equal(relationship.fromColumns, parent, junction),
      }
    }
    default:
      return {
        from: sql`${qualified(relationship.to)} as ${identifier(row)}`,
        tie: equal(relationship.columns, parent, row),
      }
  }
}

function equal(pairs: readonly (readonly [string, string])[], left: string, right: string): Sql {
  const equations = pairs.map(([a, b]) => sql`${identifier(right, b)} = ${identifier(left, a)}`)
  return join(equations, sql` and `)
}
