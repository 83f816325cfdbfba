import { assert, integer, join, type Sql, sql } from '../../base/index.ts'
import { isOfJournal } from './journal-trigger.ts'
import type { Queryable } from './queryable.ts'
import { FIRST_USER_OID } from './scope.ts'

/** What a look at the database's definitions saw. */
export interface Fingerprint {
  /** `pg_current_snapshot()`: while it is the same, no transaction that wrote anything has ended. */
  readonly snapshot: string
  /** Differs after every change of a definition. */
  readonly definitions: string
}

const firstUserOid = integer(FIRST_USER_OID)
const isKept = sql`
  c.relkind in ('r', 'p', 'f', 'v', 'm') and c.relpersistence <> 't' and c.oid >= ${firstUserOid}`

/**
 * Rows of PostgreSQL's own tables whose age tells every change: an update gives a row the `xmin` of its transaction,
 * an insert or delete changes the number of rows. Temporary tables come and go with ordinary work and are left out.
 */
const AGED: readonly Sql[] = [
  sql`select 1 as part, n.xmin from pg_namespace n where n.nspname !~ '^pg_'`,
  sql`select 2, a.xmin from pg_attribute a join pg_class c on c.oid = a.attrelid
      where (${isKept} or c.relkind = 'c' and c.oid >= ${firstUserOid}) and a.attnum > 0`,
  sql`select 3, k.xmin from pg_constraint k join pg_namespace n on n.oid = k.connamespace
      where k.oid >= ${firstUserOid} and n.nspname !~ '^pg_'`,
  sql`select 4, p.xmin from pg_proc p where p.oid >= ${firstUserOid}`,
  sql`select 5, t.xmin from pg_type t where t.typtype in ('d', 'e') and t.oid >= ${firstUserOid}`,
  sql`select 6, e.xmin from pg_enum e`,
  sql`select 7, w.xmin from pg_rewrite w where w.ev_class >= ${firstUserOid}`,
  sql`select 8, p.xmin from pg_policy p`,
  sql`select 9, t.xmin from pg_trigger t where not t.tgisinternal and t.tgfoid <> all (
        select p.oid from pg_proc p where ${isOfJournal(sql`p`)})`,
  sql`select 10, k.xmin from pg_cast k where k.oid >= ${firstUserOid}`,
  sql`select 11, d.xmin from pg_description d
      where d.objoid >= ${firstUserOid} or d.classoid = 'pg_namespace'::regclass`,
  sql`select 12, s.xmin from pg_db_role_setting s`,
  sql`select 13, m.xmin from pg_auth_members m`,
  sql`select 17, h.xmin from pg_inherits h`,
]

/**
 * Rows compared by content. TRUNCATE, REFRESH and the like rewrite rows of pg_class without changing a definition;
 * the rows behind pg_roles are not for everybody.
 */
const COMPARED: readonly Sql[] = [
  sql`select 14 as part, concat_ws('/', c.oid, c.relname, c.relnamespace, c.relowner, c.relkind,
        c.relrowsecurity, c.relforcerowsecurity, c.relispartition, c.relacl, c.reloptions) as content
      from pg_class c where ${isKept}`,
  sql`select 15, concat_ws('/', i.indexrelid, i.indisvalid) from pg_index i
      join pg_class c on c.oid = i.indrelid
      where ${isKept} and i.indisunique`,
  sql`select 16, concat_ws('/', r.oid, r.rolname, r.rolsuper, r.rolinherit, r.rolbypassrls) from pg_roles r`,
]

/**
 * The number of rows and the sum of their `xmin`: whatever replaces a row is younger, so with an equal number the sum
 * has grown. `age` is the cheap way to a number from an xid, and xid 3, the first of all, the fixed point to count it
 * from. Rows as old as the cluster have no xid of their own, but the largest age.
 */
const LOOK = sql`
  select string_agg(part || ':' || print, ' ' order by part) as definitions from (
    select part, concat_ws(',', count(*),
      sum(age('3'::xid)::bigint - age(xmin)) filter (where age(xmin) < 2147483647)) as print
    from (${join(AGED, sql` union all `)}) as aged
    group by part
    union all
    select part, concat_ws(',', count(*), sum(hashtextextended(content, 0)))
    from (${join(COMPARED, sql` union all `)}) as compared
    group by part
  ) as parts`

const SNAPSHOT = sql`select pg_current_snapshot()::text as snapshot`

/**
 * Looks at every definition, which takes some milliseconds for 500 tables; or only at the snapshot, when no transaction
 * has ended since `last`. The snapshot is taken first: what happens in between shows in the next one.
 */
export async function takeFingerprint(
  database: Queryable,
  last: Fingerprint | undefined,
): Promise<Fingerprint> {
  const snapshot = await readText(database, SNAPSHOT)
  if (snapshot === last?.snapshot) return last
  return { snapshot, definitions: await readText(database, LOOK) }
}

async function readText(database: Queryable, statement: Sql): Promise<string> {
  const [row] = await database.query(statement.text)
  const [text] = Object.values(row ?? {})
  assert(typeof text === 'string', 'one row of one text')
  return text
}
