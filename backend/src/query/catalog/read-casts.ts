import { sql } from '../../base/index.ts'
import type { Reader } from './reader.ts'

/** A cast that a domain represents itself by. */
export interface CastRow {
  readonly domain: number
  readonly function: number
  readonly direction: 'to-json' | 'from-json' | 'from-text'
  readonly schema: string
  readonly name: string
}

/** As PostgREST has it: implicit casts by a function that the connected role may execute. */
const CASTS = sql`
  select cast_.domain::bigint as domain, cast_.direction, p.oid::bigint as function,
    n.nspname as schema, p.proname as name
  from pg_cast k
  cross join lateral (
    values (k.castsource, k.casttarget, 'json'::regtype, 'to-json'),
           (k.casttarget, k.castsource, 'json'::regtype, 'from-json'),
           (k.casttarget, k.castsource, 'text'::regtype, 'from-text')
  ) as cast_(domain, other, wanted, direction)
  join pg_type t on t.oid = cast_.domain and t.typtype = 'd'
  join pg_proc p on p.oid = k.castfunc
  join pg_namespace n on n.oid = p.pronamespace
  where k.castcontext = 'i' and k.castmethod = 'f' and cast_.other = cast_.wanted
    and has_function_privilege(p.oid, 'execute')
  order by cast_.domain, cast_.direction`

export function readCasts(reader: Reader): Promise<readonly CastRow[]> {
  return reader.rows(CASTS)
}
