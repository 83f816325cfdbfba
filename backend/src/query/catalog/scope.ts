import { integer, sql } from '../../base/index.ts'
import type { Reader } from './reader.ts'

/** Tables, partitioned tables, foreign tables, views, materialized views; partitions are parts of their parent. */
const isRelation = sql`c.relkind in ('r', 'p', 'f', 'v', 'm') and not c.relispartition`

/** First oid that belongs to users: what is below came with the server. */
export const FIRST_USER_OID = 16_384

/**
 * Relations worth describing: those of the exposed schemas; the results of their functions; the other ends of their
 * foreign keys; and everything that the views and policies among all these read, directly or not.
 */
const SCOPE = sql`
  with recursive
  exposed as (
    select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in (select json_array_elements_text($1::json)) and ${isRelation}
  ),
  linked as (
    select k.confrelid as oid from pg_constraint k join exposed e on e.oid = k.conrelid
    where k.contype = 'f'
    union
    select k.conrelid from pg_constraint k join exposed e on e.oid = k.confrelid
    where k.contype = 'f'
  ),
  answered as (
    select r.typrelid as oid
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    join pg_type t on t.oid = p.prorettype
    join pg_type r on r.oid = case t.typtype when 'd' then t.typbasetype else t.oid end
    where n.nspname in (select json_array_elements_text($1::json)) and r.typrelid <> 0
  ),
  scope as (
    select oid from exposed
    union select oid from linked
    union select oid from answered
    union
    select d.refobjid
    from scope s
    cross join lateral (
      select 'pg_rewrite'::regclass as catalog, w.oid from pg_rewrite w where w.ev_class = s.oid
      union all
      select 'pg_policy'::regclass, p.oid from pg_policy p where p.polrelid = s.oid
    ) as definition
    join pg_depend d
      on d.classid = definition.catalog and d.objid = definition.oid
      and d.refclassid = 'pg_class'::regclass
  )
  select c.oid::bigint as oid
  from scope s join pg_class c on c.oid = s.oid
  where ${isRelation} and c.oid >= ${integer(FIRST_USER_OID)}
  order by c.oid`

/** Oids of the relations to describe, in order. */
export async function readScope(
  reader: Reader,
  schemas: readonly string[],
): Promise<readonly number[]> {
  const rows = await reader.rows<{ oid: number }>(SCOPE, schemas)
  return rows.map(row => row.oid)
}
