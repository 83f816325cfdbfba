import { sql } from '../../base/index.ts'
import type { Queryable } from './queryable.ts'

const FUNCTION = sql`
  select exists (
    select from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where p.prokind = 'f' and p.proname = $1 and p.pronargs = p.pronargdefaults
      and n.nspname in (select pg_catalog.json_array_elements_text($2::json))
  )::text as found`

/**
 * Whether there is a function of that name that can be called without arguments. One without a schema is looked for in
 * `searchPath`.
 */
export async function hasFunction(
  database: Queryable,
  name: string,
  searchPath: readonly string[],
): Promise<boolean> {
  const dot = name.indexOf('.')
  const schemas = dot < 0 ? [...searchPath, 'pg_catalog'] : [name.slice(0, dot)]
  const values = [name.slice(dot + 1), JSON.stringify(schemas)]
  const [row] = await database.query(FUNCTION.text, values)
  return row?.['found'] === 'true'
}
