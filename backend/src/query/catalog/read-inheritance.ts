import { sql } from '../../base/index.ts'
import type { Reader } from './reader.ts'

/** A table, and one whose name a statement may give that changes its rows: see `Relation.relatives`. */
export interface InheritanceRow {
  readonly relation: number
  readonly relative: number
  /** The relative is a partition. */
  readonly isPartition: boolean
}

/** Partitions too: their rows are rows of their parents. First down to all that hold rows of the table, then up from each of those. */
const INHERITANCE = sql`
  with recursive
  below as (
    select value::oid as relation, value::oid as relative from json_array_elements_text($1::json)
    union
    select b.relation, h.inhrelid from below b join pg_inherits h on h.inhparent = b.relative
  ),
  around as (
    select relation, relative from below
    union
    select a.relation, h.inhparent from around a join pg_inherits h on h.inhrelid = a.relative
  )
  select relation::bigint as relation, relative::bigint as relative, c.relispartition as "isPartition"
  from around join pg_class c on c.oid = relative
  where relation <> relative
  order by 1, 2`

export function readInheritance(
  reader: Reader,
  oids: readonly number[],
): Promise<readonly InheritanceRow[]> {
  return reader.rows(INHERITANCE, oids)
}
