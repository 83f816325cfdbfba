import { groupBy } from './group-by.ts'
import type { ForeignKeyRow, UniqueKeyRow } from './read-keys.ts'
import { type BaseColumns, combinations } from './view-lineage.ts'

/** A foreign key between two relations: tables, or views that show its columns. */
export interface Link {
  readonly key: ForeignKeyRow
  /** Oids of the relation that holds the key and of the one it points to. */
  readonly from: number
  readonly to: number
  /** Positions in `from`, and those in `to` that belong to them. */
  readonly fromColumns: readonly number[]
  readonly toColumns: readonly number[]
  /** The key's columns are unique in the table that holds it. */
  readonly oneToOne: boolean
}

/** One end of a foreign key: the table itself, or a view under whose own columns it can be seen. */
interface End {
  readonly relation: number
  readonly columns: readonly number[]
}

/** Every foreign key between tables, and from and to every view that shows its columns. */
export function findLinks(
  foreignKeys: readonly ForeignKeyRow[],
  uniqueKeys: readonly UniqueKeyRow[],
  lineage: readonly BaseColumns[],
): readonly Link[] {
  const viewsOf = groupBy(lineage, base => base.table)
  const uniqueOf = groupBy(
    uniqueKeys.filter(key => key.constraint),
    key => key.relation,
  )
  const ends = (table: number, columns: readonly number[]): readonly End[] => [
    { relation: table, columns },
    ...(viewsOf.get(table) ?? []).flatMap(base =>
      combinations(base, columns).map(found => ({ relation: base.view, columns: found })),
    ),
  ]
  return foreignKeys.flatMap(key => {
    const unique = uniqueOf.get(key.from) ?? []
    const oneToOne = unique.some(other => isSameSet(other.columns, key.fromColumns))
    const targets = ends(key.to, key.toColumns)
    return ends(key.from, key.fromColumns).flatMap(from =>
      targets.map(to => ({
        key,
        from: from.relation,
        to: to.relation,
        fromColumns: from.columns,
        toColumns: to.columns,
        oneToOne,
      })),
    )
  })
}

function isSameSet(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every(value => other.includes(value))
}
