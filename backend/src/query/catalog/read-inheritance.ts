import { sql } from '../../base/index.ts'
import type { Reader } from './reader.ts'

/** A table, and one that it inherits from or that inherits from it, directly or not. */
export interface InheritanceRow {
  readonly relation: number
  readonly relative: number
  /** The relative is a partition. */
  readonly isPartition: boolean
}

/** Partitions too: their rows are rows of their parents. */
const INHERITANCE = sql`
  with recursive
  wanted as (select value::oid as oid from json_array_elements_text($1::json)),
  above as (
    select w.oid as relation, h.inhparent as relative from wanted w join pg_inherits h on h.inhrelid = w.oid
    union
    select a.relation, h.inhparent from above a join pg_inherits h on h.inhrelid = a.relative
  ),
  below as (
    select w.oid as relation, h.inhrelid as relative from wanted w join pg_inherits h on h.inhparent = w.oid
    union
    select b.relation, h.inhrelid from below b join pg_inherits h on h.inhparent = b.relative
  )
  select relation::bigint as relation, relative::bigint as relative, c.relispartition as "isPartition"
  from (select * from above union select * from below) as both_ways
  join pg_class c on c.oid = relative
  order by 1, 2`

export function readInheritance(
  reader: Reader,
  oids: readonly number[],
): Promise<readonly InheritanceRow[]> {
  return reader.rows(INHERITANCE, oids)
}
