import { sql } from '../../base/index.ts'
import type { Reader } from './reader.ts'

/** A function or aggregate that may be called, be a computed field or relationship, or handle a media type. */
export interface RoutineRow {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: 'f' | 'a'
  readonly comment: string | null
  /** Of all parameters, OUT and TABLE ones included; null: all are IN. */
  readonly modes: readonly ('i' | 'o' | 'b' | 'v' | 't')[] | null
  readonly names: readonly string[] | null
  readonly types: readonly number[]
  /** Among the input parameters, how many have a default: the last ones. */
  readonly defaults: number
  readonly returns: number
  readonly set: boolean
  /** The planner's estimate for a set. */
  readonly rows: number
  readonly volatility: 'i' | 's' | 'v'
  readonly settings: readonly string[] | null
  readonly securityDefiner: boolean
  readonly privileges: readonly string[]
}

/** Everything of the exposed schemas; of the extra ones, what takes a row first and so can be a computed field. */
const ROUTINES = sql`
  select p.oid::bigint as oid, n.nspname as schema, p.proname as name, p.prokind as kind,
    d.description as comment, p.proargmodes as modes, p.proargnames as names,
    coalesce(p.proallargtypes, p.proargtypes::oid[])::bigint[] as types,
    p.pronargdefaults as defaults, p.prorettype::bigint as returns, p.proretset as set,
    p.prorows as rows, p.provolatile as volatility, p.proconfig as settings,
    p.prosecdef as "securityDefiner",
    coalesce(p.proacl, acldefault('f', p.proowner))::text[] as privileges
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  left join pg_description d on d.objoid = p.oid and d.classoid = 'pg_proc'::regclass
  where p.prokind in ('f', 'a')
    and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
    and (
      n.nspname in (select json_array_elements_text($1::json))
      or n.nspname in (select json_array_elements_text($2::json))
        and exists (select from pg_type t where t.oid = p.proargtypes[0] and t.typtype = 'c')
    )
  order by n.nspname, p.proname, p.oid`

export function readRoutines(
  reader: Reader,
  schemas: readonly string[],
  extraSearchPath: readonly string[],
): Promise<readonly RoutineRow[]> {
  return reader.rows(ROUTINES, schemas, extraSearchPath)
}
