import { sql } from '../../../base/index.ts'
import type { Reader } from '../reader.ts'
import type { Examined, Finding } from './finding.ts'
import { isExposed, isUsed, ofNoExtension } from './parts.ts'

interface TableRow {
  readonly object: string
  /** Roles that may read it, and those that may write it. */
  readonly readers: readonly string[]
  readonly writers: readonly string[]
}

const anyWrite = sql`(
  has_any_column_privilege(r, c.oid, 'insert') or has_any_column_privilege(r, c.oid, 'update')
  or has_table_privilege(r, c.oid, 'delete')
)`

const TABLES = sql`
  select c.oid::regclass::text as object, c.relrowsecurity as "rowSecurity",
    array(select r from ${isUsed} where has_any_column_privilege(r, c.oid, 'select') order by r) as readers,
    array(select r from ${isUsed} where ${anyWrite} order by r) as writers,
    exists (select from pg_policy p where p.polrelid = c.oid) as "hasPolicy"
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where ${isExposed} and c.relkind in ('r', 'p') and not c.relispartition and ${ofNoExtension(sql`'pg_class'`, sql`c.oid`)}
  order by 1`

interface AnyTableRow extends TableRow {
  readonly rowSecurity: boolean
  readonly hasPolicy: boolean
}

function tables(reader: Reader, { schemas, roles }: Examined): Promise<readonly AnyTableRow[]> {
  return reader.rows<AnyTableRow>(TABLES, schemas, roles)
}

/** Every row of it is for everybody who may touch it at all. */
export async function findOpenTables(
  reader: Reader,
  examined: Examined,
): Promise<readonly Finding[]> {
  const rows = await tables(reader, examined)
  return rows.flatMap(({ object, readers, writers, rowSecurity }): readonly Finding[] => {
    if (rowSecurity || readers.length + writers.length === 0) return []
    const who = [...new Set([...readers, ...writers])].join(', ')
    const how = writers.length > 0 ? `write (${writers.join(', ')})` : 'read'
    return [
      {
        code: 'table-without-row-security',
        level: writers.length > 0 ? 'error' : 'warning',
        object: `table ${object}`,
        why: `Row-level security is off, so that requests as ${who} may ${how} every row.`,
        mend: `alter table ${object} enable row level security; -- then: create policy … on ${object} …`,
      },
    ]
  })
}

export async function findSilentTables(
  reader: Reader,
  examined: Examined,
): Promise<readonly Finding[]> {
  const rows = await tables(reader, examined)
  return rows
    .filter(
      ({ rowSecurity, hasPolicy, readers, writers }) =>
        rowSecurity && !hasPolicy && readers.length + writers.length > 0,
    )
    .map(({ object }): Finding => {
      return {
        code: 'row-security-without-policy',
        level: 'note',
        object: `table ${object}`,
        why: 'Row-level security is on and there is no policy: requests find no rows, whatever is granted.',
        mend: `create policy … on ${object} …; -- or: revoke all on ${object} from …`,
      }
    })
}

interface GrantRow {
  readonly object: string
  readonly role: string
  readonly kinds: readonly string[]
  readonly rowSecurity: boolean
}

const GRANTS = sql`
  select c.oid::regclass::text as object, coalesce(g.rolname, 'PUBLIC') as role,
    c.relrowsecurity as "rowSecurity", array_agg(lower(a.privilege_type) order by 1) as kinds
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  cross join lateral aclexplode(c.relacl) a
  left join pg_roles g on g.oid = a.grantee
  where ${isExposed} and c.relkind in ('r', 'p', 'v', 'f') and not c.relispartition
    and a.privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
    and (a.grantee = 0 or g.rolname in (select json_array_elements_text($2::json)))
    and ${ofNoExtension(sql`'pg_class'`, sql`c.oid`)}
  group by 1, 2, 3
  order by 1, 2`

/** To PUBLIC, or to whoever comes without a token. Where policies decide about rows it is ordinary, but for TRUNCATE. */
export async function findWritesOfAnybody(
  reader: Reader,
  { schemas, anonRole }: Examined,
): Promise<readonly Finding[]> {
  const anybody = anonRole === undefined ? [] : [anonRole]
  const rows = await reader.rows<GrantRow>(GRANTS, schemas, anybody)
  return rows.flatMap(({ object, role, kinds, rowSecurity }): readonly Finding[] => {
    const isPublic = role === 'PUBLIC'
    const told = rowSecurity && !isPublic ? kinds.filter(kind => kind === 'truncate') : kinds
    if (told.length === 0) return []
    const who = isPublic ? 'every role' : 'requests without a token'
    return [
      {
        code: 'write-granted-to-anybody',
        level: rowSecurity ? 'note' : 'error',
        object: `table ${object}`,
        why: `${told.join(', ')} is granted to ${role}, which is ${who}.`,
        mend: `revoke ${told.join(', ')} on ${object} from ${isPublic ? 'public' : `"${role}"`};`,
      },
    ]
  })
}

interface PolicyRow {
  readonly object: string
  readonly table: string
  readonly command: string
  readonly roles: readonly string[]
}

const POLICIES = sql`
  select quote_ident(p.polname) as object, c.oid::regclass::text as table,
    case p.polcmd when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end as command,
    array(
      select coalesce(r.rolname, 'PUBLIC') from unnest(p.polroles) m left join pg_roles r on r.oid = m order by 1
    ) as roles
  from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
  where ${isExposed} and c.relrowsecurity and p.polpermissive and p.polcmd <> 'r'
    and coalesce(pg_get_expr(p.polqual, p.polrelid), 'true') = 'true'
    and coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'true') = 'true'
    and (p.polroles = '{0}' or exists (
      select from json_array_elements_text($2::json) r join pg_roles m on m.oid = any (p.polroles)
      where r <> 'public' and pg_has_role(r, m.oid, 'usage')
    ))
    and exists (select from ${isUsed} where case p.polcmd
      when 'a' then has_any_column_privilege(r, c.oid, 'insert')
      when 'w' then has_any_column_privilege(r, c.oid, 'update')
      when 'd' then has_table_privilege(r, c.oid, 'delete')
      else ${anyWrite} end)
    and not exists (
      select from pg_policy other
      where other.polrelid = c.oid and not other.polpermissive and other.polcmd in ('*', p.polcmd)
    )
  order by 2, 1`

/** As good as no policy. */
export async function findOpenPolicies(
  reader: Reader,
  { schemas, roles, anonRole }: Examined,
): Promise<readonly Finding[]> {
  const rows = await reader.rows<PolicyRow>(POLICIES, schemas, roles)
  return rows.map(({ object, table, command, roles: to }): Finding => {
    const isAnybody = to.includes('PUBLIC') || (anonRole !== undefined && to.includes(anonRole))
    return {
      code: 'policy-lets-everybody-write',
      level: isAnybody ? 'error' : 'warning',
      object: `policy ${object} on ${table}`,
      why: `It lets ${to.join(', ')} ${command === 'all' ? 'write' : command} any row: its condition is true.`,
      mend: `alter policy ${object} on ${table} … -- with a condition, such as: (owner_id = auth.uid())`,
    }
  })
}
