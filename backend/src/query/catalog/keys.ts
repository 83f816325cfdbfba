import { groupBy } from './group-by.ts'
import type { UniqueKeyRow } from './read-keys.ts'
import { type BaseColumns, combinations } from './view-lineage.ts'
import type { ViewQuery } from './view-query.ts'

/** The keys of one relation, as column positions. */
export interface Keys {
  readonly primary: readonly number[]
  readonly unique: readonly (readonly number[])[]
}

const NO_KEYS: Keys = Object.freeze({ primary: [], unique: [] })

/**
 * The keys of tables and of views, by oid.
 *
 * A view's primary key is made as PostgREST makes it: the primary keys of all tables behind it that it shows wholly,
 * one after the other, each by its first occurrence. It addresses a row, but a join may repeat it. A view's unique
 * keys, on the other hand, hold: only a view whose rows are rows of one relation takes over that relation's keys, and
 * a table that others inherit from has none.
 */
export function findKeys(
  rows: readonly UniqueKeyRow[],
  queries: ReadonlyMap<number, ViewQuery>,
  lineage: readonly BaseColumns[],
): (relation: number) => Keys {
  const tables = tableKeys(rows)
  const basesOf = groupBy(lineage, base => base.view)

  function uniqueOf(relation: number, seen: ReadonlySet<number>): readonly (readonly number[])[] {
    const own = tables.get(relation)?.unique ?? []
    const query = queries.get(relation)
    if (query?.source === undefined || seen.has(relation)) return own
    const behind = uniqueOf(query.source, new Set([...seen, relation]))
    return [...own, ...behind.flatMap(key => keyThrough(query, key))]
  }
  function primaryOf(relation: number): readonly number[] {
    const bases = basesOf.get(relation)
    if (bases === undefined) return tables.get(relation)?.primary ?? []
    return bases.flatMap(base => {
      const key = tables.get(base.table)?.primary ?? []
      return combinations(base, key)[0] ?? []
    })
  }
  return relation => ({ primary: primaryOf(relation), unique: uniqueOf(relation, new Set()) })
}

function tableKeys(rows: readonly UniqueKeyRow[]): ReadonlyMap<number, Keys> {
  const tables = new Map<number, Keys>()
  for (const row of rows) {
    const { primary, unique } = tables.get(row.relation) ?? NO_KEYS
    tables.set(row.relation, {
      primary: row.primary ? row.columns : primary,
      unique: row.holds ? [...unique, row.columns] : unique,
    })
  }
  return tables
}

/** A key of the view's source under the view's own columns, if it shows them all. */
function keyThrough(query: ViewQuery, key: readonly number[]): readonly (readonly number[])[] {
  const positions = key.flatMap(
    position =>
      [...query.origins].find(
        ([, origin]) => origin.relation === query.source && origin.position === position,
      )?.[0] ?? [],
  )
  return positions.length === key.length ? [positions] : []
}
