import { sql } from '../../base/index.ts'
import type { Reader } from './reader.ts'

/** A unique index over whole columns and all rows. */
export interface UniqueKeyRow {
  readonly relation: number
  /** Column positions, in the key's order. */
  readonly columns: readonly number[]
  readonly primary: boolean
  /** It belongs to a PRIMARY KEY or UNIQUE constraint: only these make a foreign key one-to-one, as in PostgREST. */
  readonly constraint: boolean
  /** False for a table that others inherit from: a read finds their rows too, which the index knows nothing of. */
  readonly holds: boolean
}

export interface ForeignKeyRow {
  readonly oid: number
  readonly name: string
  readonly from: number
  readonly to: number
  readonly fromColumns: readonly number[]
  readonly toColumns: readonly number[]
}

const UNIQUE_KEYS = sql`
  select i.indrelid::bigint as relation,
    array(
      select key.attnum
      from unnest(i.indkey::int2[]) with ordinality as key(attnum, place)
      where key.place <= i.indnkeyatts order by key.place
    ) as columns,
    i.indisprimary as primary,
    exists (
      select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u')
    ) as constraint,
    not exists (
      select from pg_inherits h join pg_class c on c.oid = h.inhparent
      where h.inhparent = i.indrelid and c.relkind = 'r'
    ) as holds
  from json_array_elements_text($1::json) as wanted
  join pg_index i on i.indrelid = wanted::oid
  where i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
  order by i.indrelid, i.indisprimary desc, i.indexrelid`

/**
 * A partition repeats its parent's foreign keys: only the parent's count. A temporal foreign key (PostgreSQL 18,
 * `PERIOD`) is no equality of columns, so it makes no relationship.
 */
function foreignKeys(serverVersion: number) {
  const isPlain = serverVersion >= 180_000 && sql`and not k.conperiod`
  return sql`
    select k.oid::bigint as oid, k.conname as name, k.conrelid::bigint as from,
      k.confrelid::bigint as to, k.conkey as "fromColumns", k.confkey as "toColumns"
    from json_array_elements_text($1::json) as wanted
    join pg_constraint k on k.conrelid = wanted::oid
    where k.contype = 'f' and k.conparentid = 0 ${isPlain}
    order by k.conrelid, k.conname`
}

export function readUniqueKeys(
  reader: Reader,
  oids: readonly number[],
): Promise<readonly UniqueKeyRow[]> {
  return reader.rows(UNIQUE_KEYS, oids)
}

export function readForeignKeys(
  reader: Reader,
  oids: readonly number[],
): Promise<readonly ForeignKeyRow[]> {
  return reader.rows(foreignKeys(reader.serverVersion), oids)
}
