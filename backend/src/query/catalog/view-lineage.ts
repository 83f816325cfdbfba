import type { ColumnOrigin, ViewQuery } from './view-query.ts'

/** Which columns of a view are columns of one table, behind however many views between. */
export interface BaseColumns {
  readonly view: number
  readonly table: number
  /** By position in the table: the positions in the view, ascending. A view may repeat a column. */
  readonly columns: ReadonlyMap<number, readonly number[]>
}

/** Follows every view's columns down to tables. `queries`: by oid of the view. */
export function traceViews(queries: ReadonlyMap<number, ViewQuery>): readonly BaseColumns[] {
  return [...queries].flatMap(([view, query]) => {
    const tables = new Map<number, Map<number, number[]>>()
    for (const [position, origin] of [...query.origins].sort(byPosition)) {
      const base = followToTable(origin, queries, new Set([view]))
      if (base !== undefined) remember(tables, base, position)
    }
    return Array.from(tables, ([table, columns]) => ({ view, table, columns }))
  })
}

/**
 * The ways to find a table's columns in a view: every combination, where the view repeats columns; none, when one of
 * them is missing. PostgREST makes a relationship of each.
 */
export function combinations(
  base: BaseColumns,
  positions: readonly number[],
): readonly (readonly number[])[] {
  return positions.reduce<readonly (readonly number[])[]>(
    (found, position) =>
      found.flatMap(before =>
        (base.columns.get(position) ?? []).map(column => [...before, column]),
      ),
    [[]],
  )
}

/** Undefined for a column that some view on the way computes. */
function followToTable(
  origin: ColumnOrigin,
  queries: ReadonlyMap<number, ViewQuery>,
  seen: ReadonlySet<number>,
): ColumnOrigin | undefined {
  const query = queries.get(origin.relation)
  if (query === undefined) return origin
  const next = query.origins.get(origin.position)
  // Rules can be made to go in a circle, though PostgreSQL refuses to run them.
  if (next === undefined || seen.has(origin.relation)) return undefined
  return followToTable(next, queries, new Set([...seen, origin.relation]))
}

function remember(
  tables: Map<number, Map<number, number[]>>,
  base: ColumnOrigin,
  position: number,
): void {
  const columns = tables.get(base.relation) ?? new Map<number, number[]>()
  tables.set(base.relation, columns)
  columns.set(base.position, [...(columns.get(base.position) ?? []), position])
}

function byPosition(one: readonly [number, unknown], other: readonly [number, unknown]): number {
  return one[0] - other[0]
}
