import { sql } from '../../../base/index.ts'
import type { Reader } from '../reader.ts'
import type { Examined, Finding } from './finding.ts'
import { isExposed, isUsed, ofNoExtension } from './parts.ts'

interface ViewRow {
  readonly object: string
  readonly isMaterialized: boolean
  readonly tables: readonly string[]
  readonly roles: readonly string[]
}

/** A view reads with the rights of its owner; policies bind neither the owner of a table nor those who pass them all. */
const VIEWS = sql`
  with recursive reads(view, owner, relation) as (
    select c.oid, c.relowner, d.refobjid
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_rewrite w on w.ev_class = c.oid
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
      and d.refclassid = 'pg_class'::regclass and d.refobjid <> c.oid
    where ${isExposed} and c.relkind in ('v', 'm') and ${ofNoExtension(sql`'pg_class'`, sql`c.oid`)}
      and not (c.relkind = 'v' and exists (
        select from unnest(c.reloptions) o where o ~* '^security_invoker=(true|on|yes|1|t|y)$'))
    union
    select reads.view, reads.owner, d.refobjid
    from reads join pg_class v on v.oid = reads.relation and v.relkind = 'v'
    join pg_rewrite w on w.ev_class = v.oid
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
      and d.refclassid = 'pg_class'::regclass and d.refobjid <> v.oid
  )
  select c.oid::regclass::text as object, c.relkind = 'm' as "isMaterialized",
    array_agg(distinct t.oid::regclass::text order by t.oid::regclass::text) as tables,
    array(select r from ${isUsed} where has_any_column_privilege(r, c.oid, 'select') order by r) as roles
  from reads join pg_class c on c.oid = reads.view join pg_namespace n on n.oid = c.relnamespace
  join pg_class t on t.oid = reads.relation and t.relkind in ('r', 'p') and t.relrowsecurity
  join pg_roles o on o.oid = reads.owner
  where o.rolsuper or o.rolbypassrls or c.relkind = 'm' or (
    pg_has_role(o.oid, t.relowner, 'usage') and not t.relforcerowsecurity)
  group by c.oid, n.oid
  order by 1`

export async function findPassingViews(
  reader: Reader,
  { schemas, roles }: Examined,
): Promise<readonly Finding[]> {
  const rows = await reader.rows<ViewRow>(VIEWS, schemas, roles)
  return rows
    .filter(row => row.roles.length > 0)
    .map(({ object, isMaterialized, tables, roles: readers }): Finding => {
      const behind = tables.join(', ')
      return {
        code: 'view-passes-row-security',
        level: isMaterialized ? 'warning' : 'error',
        object: `${isMaterialized ? 'materialized view' : 'view'} ${object}`,
        why: `${readers.join(', ')} may read in it rows of ${behind} that the policies there would keep back.`,
        mend: isMaterialized
          ? `revoke select on ${object} from ${readers.join(', ')};`
          : `alter view ${object} set (security_invoker = true);`,
      }
    })
}
