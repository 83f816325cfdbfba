import { sql } from '../../base/index.ts'
import type { Reader } from './reader.ts'

export interface ColumnRow {
  readonly relation: number
  readonly position: number
  readonly name: string
  readonly type: number
  /** The type with its modifier; null without one, when the type's own form is all there is. */
  readonly formatted: string | null
  /** `varchar(n)` stores n + 4; -1 without a modifier. */
  readonly modifier: number
  readonly notNull: boolean
  readonly deterministic: boolean
  readonly identity: 'a' | 'd' | ''
  readonly generated: 's' | 'v' | ''
  readonly default: string | null
  /** Of an identity that can be given too: its sequence, by its full name. */
  readonly sequence: string | null
  readonly comment: string | null
  readonly privileges: readonly string[] | null
  /** Null: none. */
  readonly checks: readonly string[] | null
}

/** CHECK constraints of one column that every row keeps, those of tables that inherit included. */
const CHECKS = sql`
  select k.conrelid, k.conkey,
    array_agg(pg_get_expr(k.conbin, k.conrelid) order by k.conname) as checks
  from pg_constraint k
  where k.contype = 'c' and k.conrelid in (select json_array_elements_text($1::json)::oid)
    and k.convalidated and not k.connoinherit and cardinality(k.conkey) = 1
  group by k.conrelid, k.conkey`

/** The sequence that belongs to the column `a`. */
const SEQUENCE = sql`(
  select s.objid::regclass::text from pg_depend s join pg_class c on c.oid = s.objid and c.relkind = 'S'
  where s.classid = 'pg_class'::regclass and s.refclassid = 'pg_class'::regclass
    and s.refobjid = a.attrelid and s.refobjsubid = a.attnum and s.deptype = 'i'
)`

/** A default names no column, so it is printed without its table: four times as fast. */
const COLUMNS = sql`
  select a.attrelid::bigint as relation, a.attnum as position, a.attname as name,
    a.atttypid::bigint as type, case when a.atttypmod <> -1 then format_type(a.atttypid, a.atttypmod) end as formatted,
    a.atttypmod as modifier, a.attnotnull as "notNull", a.attidentity as identity,
    a.attgenerated as generated,
    a.attcollation = 0 or exists (
      select from pg_collation c where c.oid = a.attcollation and c.collisdeterministic
    ) as deterministic,
    case when a.attgenerated = '' then pg_get_expr(v.adbin, 0) end as default,
    case when a.attidentity = 'd' then ${SEQUENCE} end as sequence,
    d.description as comment, a.attacl::text[] as privileges, k.checks
  from json_array_elements_text($1::json) as wanted
  join pg_attribute a on a.attrelid = wanted::oid
  left join (${CHECKS}) as k on k.conrelid = a.attrelid and k.conkey = array[a.attnum]
  left join pg_attrdef v on v.adrelid = a.attrelid and v.adnum = a.attnum
  left join pg_description d
    on d.objoid = a.attrelid and d.classoid = 'pg_class'::regclass and d.objsubid = a.attnum
  where a.attnum > 0 and not a.attisdropped
  order by a.attrelid, a.attnum`

export function readColumns(
  reader: Reader,
  oids: readonly number[],
): Promise<readonly ColumnRow[]> {
  return reader.rows(COLUMNS, oids)
}
