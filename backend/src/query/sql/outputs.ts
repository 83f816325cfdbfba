import { assert, type Sql, sql } from '../../base/index.ts'
import type { Aggregate, Embed, ReadPlan, Selected } from '../plan/index.ts'
import { compileField, type Rows, wholeRow } from './field.ts'
import { answerKey, castTo, qualified } from './names.ts'
import { AGGREGATES } from './keywords.ts'

/** One column of a node's select, as far as it can be told without compiling anything. */
export interface Output {
  /** Its key in the answer. */
  readonly name: string
  /** What the node, or the one that it is spread into, makes of the values. */
  readonly aggregate: Aggregate | undefined
}

/** The columns of a node in the order of the answer's keys: its own, then those of its embeds. */
export function outputsOf({ select, embeds }: ReadPlan): readonly Output[] {
  return [...select.map(ownOutput), ...embeds.flatMap(embedOutputs)]
}

/** What an embed adds to the columns of its parent. */
export function embedOutputs(embed: Embed): readonly Output[] {
  if (embed.hidden) return []
  return embed.spread ? outputsOf(embed.plan) : [{ name: embed.name, aggregate: undefined }]
}

/** One of the node's own columns before any aggregate. `count()` counts ones. */
export function ownValue(rows: Rows, item: Selected): Sql {
  if (item.kind === 'star') return wholeRow(rows.row)
  if (item.kind === 'count') return sql`1`
  const field = compileField(rows, item.field)
  const toJson = item.representation?.toJson
  return castTo(toJson ? sql`${qualified(toJson)}(${field})` : field, item.cast)
}

export function aggregated(value: Sql, { aggregate }: Output): Sql {
  if (aggregate === undefined) return value
  return castTo(sql`${AGGREGATES[aggregate.name]}(${value})`, aggregate.cast)
}

/** The column under its key in the answer; a bare column of that name needs no alias. */
export function named(value: Sql, { name }: Output, item: Selected | undefined): Sql {
  return item !== undefined && hasOwnName(item) ? value : sql`${value} as ${answerKey(name)}`
}

function ownOutput(item: Selected): Output {
  if (item.kind === 'star') return { name: '*', aggregate: undefined }
  if (item.kind === 'count') {
    return { name: item.alias, aggregate: { name: 'count', cast: item.cast } }
  }
  const { field, alias, aggregate } = item
  return { name: alias ?? aggregate?.name ?? field.name, aggregate }
}

function hasOwnName(item: Selected): boolean {
  if (item.kind === 'star') return true
  if (item.kind === 'count' || item.alias !== undefined) return false
  const changed = item.cast ?? item.aggregate ?? item.representation ?? item.field.computed
  return changed === undefined && item.field.path.length === 0
}

/** Where columns are numbered or grouped by number, planning has written `*` out. */
export function assertNoStar(select: readonly Selected[]): void {
  assert(!select.some(item => item.kind === 'star'), '* in a spread or beside an aggregate')
}
