import { integer, sql } from '../../base/index.ts'
import type { CheckConstraint } from './types.ts'
import type { Reader } from './reader.ts'
import { FIRST_USER_OID } from './scope.ts'

export interface TypeRow {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly formatted: string
  readonly kind: 'b' | 'c' | 'd' | 'e' | 'm' | 'p' | 'r'
  /** Of a domain: the type below it, with its modifier; otherwise 0 and -1. */
  readonly base: number
  readonly modifier: number
  readonly notNull: boolean
  readonly default: string | null
  /** Of an array: its elements; otherwise 0. */
  readonly element: number
  /** Of a row type: its relation; otherwise 0. */
  readonly relation: number
  /** Of an enum, in their order. */
  readonly labels: readonly string[]
  /** Of a composite type that is no relation's row, in their order. */
  readonly attributes: readonly AttributeRow[]
  readonly comment: string | null
  /** Of a domain: its own valid CHECK constraints. */
  readonly checks: readonly string[]
  /** Of a domain: those that it enforces, the same and others, by name. */
  readonly constraints: readonly CheckConstraint[]
  /** Of a domain: the type below it, narrowed; null otherwise. */
  readonly baseFormatted: string | null
  readonly deterministic: boolean
  readonly castToJson: boolean
}

export interface AttributeRow {
  readonly name: string
  readonly type: number
  readonly formatted: string
}

/** Composite types by themselves; the others among them are rows of relations. */
const isOwnComposite = sql`c.relkind = 'c'`

/** PostgreSQL looks for such a cast of types that did not come with it. */
const CAST_TO_JSON = sql`
  t.oid >= ${integer(FIRST_USER_OID)} and t.typtype <> 'd' and exists (
    select from pg_cast k
    where k.castsource = t.oid and k.casttarget = 'json'::regtype and k.castmethod = 'f'
  )`

/** `typlen` tells true arrays from fixed-length types that can be subscripted, such as point. */
const TYPES = sql`
  with recursive wanted(oid) as (
    (
      select value::oid from json_array_elements_text($1::json)
      union
      select t.oid from pg_type t
      join pg_namespace n on n.oid = t.typnamespace
      left join pg_class c on c.oid = t.typrelid
      where n.nspname in (select json_array_elements_text($2::json))
        and (t.typtype = 'e' or ${isOwnComposite})
    )
    union
    select part.oid from wanted w join pg_type t on t.oid = w.oid
    cross join lateral (
      select t.typbasetype as oid where t.typtype = 'd'
      union all
      select t.typelem where t.typlen = -1 and t.typelem <> 0
      union all
      select a.atttypid from pg_attribute a join pg_class c on c.oid = a.attrelid
      where a.attrelid = t.typrelid and ${isOwnComposite} and a.attnum > 0 and not a.attisdropped
    ) as part
  )
  select t.oid::bigint as oid, n.nspname as schema, t.typname as name,
    format_type(t.oid, -1) as formatted, t.typtype as kind, t.typbasetype::bigint as base,
    t.typtypmod as modifier, t.typnotnull as "notNull", pg_get_expr(t.typdefaultbin, 0) as default,
    case when t.typlen = -1 then t.typelem else 0 end::bigint as element,
    t.typrelid::bigint as relation,
    array(
      select e.enumlabel from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder
    ) as labels,
    coalesce((
      select json_agg(json_build_object('name', a.attname, 'type', a.atttypid::bigint,
        'formatted', format_type(a.atttypid, a.atttypmod)) order by a.attnum)
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      where a.attrelid = t.typrelid and ${isOwnComposite} and a.attnum > 0 and not a.attisdropped
    ), '[]') as attributes,
    d.description as comment,
    case when t.typtype = 'd' then array(
      select pg_get_expr(k.conbin, 0) from pg_constraint k
      where k.contypid = t.oid and k.contype = 'c' and k.convalidated order by k.conname
    ) else '{}' end as checks,
    case when t.typtype = 'd' then coalesce((
      select json_agg(json_build_object('name', k.conname, 'expression', pg_get_expr(k.conbin, 0)) order by k.conname)
      from pg_constraint k where k.contypid = t.oid and k.contype = 'c'
    ), '[]') else '[]' end as constraints,
    case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end as "baseFormatted",
    t.typcollation = 0 or exists (
      select from pg_collation c where c.oid = t.typcollation and c.collisdeterministic
    ) as deterministic,
    ${CAST_TO_JSON} as "castToJson"
  from wanted w
  join pg_type t on t.oid = w.oid
  join pg_namespace n on n.oid = t.typnamespace
  left join pg_description d
    on d.objoid = t.oid and d.classoid = 'pg_type'::regclass and d.objsubid = 0
  order by t.oid`

/**
 * The given types, the enums and composite types of the schemas, and all that these are made of: what is below a
 * domain, the elements of an array, the attributes of a composite type.
 */
export function readTypes(
  reader: Reader,
  oids: readonly number[],
  schemas: readonly string[],
): Promise<readonly TypeRow[]> {
  return reader.rows(TYPES, oids, schemas)
}
