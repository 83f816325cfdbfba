import type { ColumnRow } from './read-columns.ts'
import type { RelationRow } from './read-relations.ts'
import type { ViewQuery } from './view-query.ts'

/** Bits of `pg_relation_is_updatable`. */
export const WRITE_BITS = Object.freeze({ insert: 8, update: 4, delete: 16 })

/** Whether PostgreSQL takes a value for a column, by relation, position and one of `WRITE_BITS`. */
export type Writability = (relation: number, position: number, bit: number) => boolean

/**
 * A view takes a value for a column that passes through a column which takes one, or for any column when an
 * INSTEAD OF trigger sees to it.
 */
export function createWritability(
  relations: ReadonlyMap<number, RelationRow>,
  columns: ReadonlyMap<number, readonly ColumnRow[]>,
  queries: ReadonlyMap<number, ViewQuery>,
): Writability {
  return function isWritable(relation, position, bit): boolean {
    const row = relations.get(relation)
    if (row === undefined || (row.writes & bit) === 0) return false
    if ((row.handled & bit) !== 0) return true
    const query = queries.get(relation)
    if (query !== undefined) {
      const origin = query.origins.get(position)
      return origin !== undefined && isWritable(origin.relation, origin.position, bit)
    }
    const column = columns.get(relation)?.find(candidate => candidate.position === position)
    return column !== undefined && takesValues(column)
  }
}

/** PostgreSQL makes the values of generated columns itself, and those of an identity that is always generated. */
function takesValues(column: ColumnRow): boolean {
  return column.generated === '' && column.identity !== 'a'
}
