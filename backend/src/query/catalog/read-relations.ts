import { type Sql, sql } from '../../base/index.ts'
import { isOfJournal } from './journal-trigger.ts'
import type { Reader } from './reader.ts'
import type { CheckConstraint } from './types.ts'

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
  readonly isPlainlyChanged: boolean
  readonly checks: readonly CheckConstraint[]
  readonly insertsPass: 'nothing' | 'rows' | 'statement'
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

/**
 * Triggers that run what a user wrote, or change rows of other tables, where anything may be. Those of constraints only look; ours
 * only writes the journal.
 */
const LOUD_TRIGGERS = sql`
  select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
  where t.tgrelid = c.oid and not case
    when t.tgisinternal then t.tgfoid in (
      '"RI_FKey_check_ins"'::regproc, '"RI_FKey_check_upd"'::regproc,
      '"RI_FKey_noaction_del"'::regproc, '"RI_FKey_noaction_upd"'::regproc,
      '"RI_FKey_restrict_del"'::regproc, '"RI_FKey_restrict_upd"'::regproc,
      'unique_key_recheck'::regproc)
    else ${isOfJournal(sql`p`)}
  end`

/** A domain has checks of its own, and a composite type or a range may have a domain in it. */
const LOUD_TYPES = sql`
  select from pg_attribute a
  join pg_type y on y.oid = a.atttypid
  left join pg_type element on element.oid = y.typelem
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    and (y.typtype not in ('b', 'e') or element.typtype not in ('b', 'e'))`

const IS_PLAINLY_CHANGED = sql`
  c.relkind = 'r' and not c.relhasrules
  and not exists (${LOUD_TRIGGERS})
  and not exists (${LOUD_TYPES})
  and not exists (select from pg_inherits h where c.oid in (h.inhrelid, h.inhparent))
  and not exists (
    select from pg_constraint k
    where k.conrelid = c.oid and k.contype = 'c' and k.conbin::text like '%{FUNCEXPR %'
  )`

/** Bits of `tgtype`: 1 for each row, 2 BEFORE, 4 insert. A trigger that is switched off is `D`; one may switch it on again. */
const INSERTS_PASS = sql`
  case
    when c.relhasrules and c.relkind <> 'v' then 'statement'
    when exists (
      select from pg_trigger t
      where t.tgtype & 7 = 7 and not t.tgisinternal and (t.tgrelid = c.oid or c.relkind = 'p' and t.tgrelid in (
        select p.relid from pg_partition_tree(c.oid) p))
    ) then 'rows'
    else 'nothing'
  end`

/** Until PostgreSQL 18 every constraint is enforced, also one that older rows need not keep. */
function checksSince(serverVersion: number): Sql {
  const isEnforced = serverVersion >= 180_000 && sql` and k.conenforced`
  return sql`coalesce((
    select json_agg(json_build_object('name', k.conname, 'expression', pg_get_expr(k.conbin, k.conrelid)) order by k.conname)
    from pg_constraint k where k.conrelid = c.oid and k.contype = 'c'${isEnforced}
  ), '[]')`
}

const relationsSince = (serverVersion: number) => sql`
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
    ${IS_PLAINLY_CHANGED} as "isPlainlyChanged",
    ${INSERTS_PASS} as "insertsPass", ${checksSince(serverVersion)} as checks,
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
  return reader.rows(relationsSince(reader.serverVersion), oids)
}
