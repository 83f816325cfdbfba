import { sql } from '../../base/index.ts'
import type { Reader } from './reader.ts'

export interface NamespaceRow {
  readonly name: string
  readonly comment: string | null
  readonly privileges: readonly string[]
}

const NAMESPACES = sql`
  select n.nspname as name, d.description as comment,
    coalesce(n.nspacl, acldefault('n', n.nspowner))::text[] as privileges
  from pg_namespace n
  left join pg_description d
    on d.objoid = n.oid and d.classoid = 'pg_namespace'::regclass and d.objsubid = 0
  where n.nspname in (select json_array_elements_text($1::json))
  order by n.nspname`

export function readNamespaces(
  reader: Reader,
  schemas: readonly string[],
): Promise<readonly NamespaceRow[]> {
  return reader.rows(NAMESPACES, schemas)
}
