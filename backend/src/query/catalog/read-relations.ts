import { sql } from '../../base/index.ts'
import type { Reader } from './reader.ts'

export interface RelationRow {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: 'r' | 'p' | 'f' | 'v' | 'm'
  readonly comment: string | null
  /** Bits of `pg_relation_is_updatable`: 8 insert, 4 update, 16 delete. */
  readonly writes: number
  /** The same bits for what an INSTEAD OF trigger or INSTEAD rule does in the view's place. */
  readonly handled: number
  readonly rowSecurity: boolean
  /** Policies bind its owner too. */
  readonly forcesRowSecurity: boolean
  readonly owner: string
  readonly securityInvoker: boolean
  readonly isTemporary: boolean
  readonly privileges: readonly string[]
}

/** Bits of `tgtype`: 64 INSTEAD OF, 4 insert, 16 update, 8 delete. `ev_type`: 2 update, 3 insert, 4 delete. */
const HANDLED = sql`
  select coalesce(bit_or(event), 0) from (
    select case when t.tgtype & 4 > 0 then 8 else 0 end
      | case when t.tgtype & 16 > 0 then 4 else 0 end
      | case when t.tgtype & 8 > 0 then 16 else 0 end as event
    from pg_trigger t where t.tgrelid = c.oid and t.tgtype & 64 > 0
    union all
    select 1 << w.ev_type::text::int
    from pg_rewrite w
    where w.ev_class = c.oid and w.ev_type in ('2', '3', '4') and w.is_instead
      and w.ev_qual::text = '<>'
  ) as events`

/** PostgreSQL fails to answer for a foreign table whose wrapper has no handler. */
const HAS_HANDLER = sql`
  select w.fdwhandler <> 0
  from pg_foreign_table f
  join pg_foreign_server s on s.oid = f.ftserver
  join pg_foreign_data_wrapper w on w.oid = s.srvfdw
  where f.ftrelid = c.oid`

const RELATIONS = sql`
  select c.oid::bigint as oid, n.nspname as schema, c.relname as name, c.relkind as kind,
    d.description as comment,
    case
      when c.relkind in ('r', 'p') then 28
      when c.relkind = 'f' and not (${HAS_HANDLER}) then 0
      else pg_relation_is_updatable(c.oid, true)
    end as writes,
    case when c.relkind = 'v' then (${HANDLED}) else 0 end as handled,
    c.relrowsecurity as "rowSecurity",
    c.relforcerowsecurity as "forcesRowSecurity", pg_get_userbyid(c.relowner) as owner,
    exists (
      select from unnest(c.reloptions) as option
      where option ~* '^security_invoker=(true|on|yes|1|t|y)$'
    ) as "securityInvoker",
    c.relpersistence = 't' as "isTemporary",
    coalesce(c.relacl, acldefault('r', c.relowner))::text[] as privileges
  from json_array_elements_text($1::json) as wanted
  join pg_class c on c.oid = wanted::oid
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_description d
    on d.objoid = c.oid and d.classoid = 'pg_class'::regclass and d.objsubid = 0
  order by c.oid`

export function readRelations(
  reader: Reader,
  oids: readonly number[],
): Promise<readonly RelationRow[]> {
  return reader.rows(RELATIONS, oids)
}
