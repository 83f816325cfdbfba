import { type Sql, sql } from '../../../base/index.ts'

/** `n` is an exposed schema: the first list. */
export const isExposed = sql`n.nspname in (select json_array_elements_text($1::json))`

/** The roles of requests, the second list, as `r`: those that may use the schema `n`. */
export const isUsed = sql`(
  select role as r from json_array_elements_text($2::json) role where has_schema_privilege(role, n.oid, 'usage')
) as roles`

/** It came with no extension, whose author has seen to it. */
export function ofNoExtension(catalog: Sql, oid: Sql): Sql {
  return sql`not exists (
    select from pg_depend e where e.classid = ${catalog}::regclass and e.objid = ${oid} and e.deptype = 'e')`
}
