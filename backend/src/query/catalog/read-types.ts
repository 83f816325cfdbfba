import { sql } from '../../base/index.ts'
import type { Reader } from './reader.ts'

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
}

/** `typlen` tells true arrays from fixed-length types that can be subscripted, such as point. */
const TYPES = sql`
  with recursive wanted(oid) as (
    select value::oid from json_array_elements_text($1::json)
    union
    select t.typbasetype from wanted w join pg_type t on t.oid = w.oid
    where t.typtype = 'd'
  )
  select t.oid::bigint as oid, n.nspname as schema, t.typname as name,
    format_type(t.oid, -1) as formatted, t.typtype as kind, t.typbasetype::bigint as base,
    t.typtypmod as modifier, t.typnotnull as "notNull", t.typdefault as default,
    case when t.typlen = -1 then t.typelem else 0 end::bigint as element,
    t.typrelid::bigint as relation,
    array(
      select e.enumlabel from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder
    ) as labels
  from wanted w
  join pg_type t on t.oid = w.oid
  join pg_namespace n on n.oid = t.typnamespace
  order by t.oid`

/** The given types and those below them in their domains. */
export function readTypes(reader: Reader, oids: readonly number[]): Promise<readonly TypeRow[]> {
  return reader.rows(TYPES, oids)
}
