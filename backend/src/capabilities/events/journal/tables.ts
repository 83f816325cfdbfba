import { sql } from '../../../base/index.ts'
import { rowsOf, type Session } from './session.ts'
import type { TableKey, TriggerStates } from './triggers.ts'

/** A relation as far as it matters whether and how it is journaled. */
export interface FoundTable {
  readonly relation: string
  readonly schema: string
  readonly name: string
  /** As SQL writes it. */
  readonly label: string
  /** As `pg_class.relkind` has it. */
  readonly kind: string
  readonly isSystem: boolean
  /** The top of its tree, for a partition. */
  readonly root: string | null
  /** The tables that a view reads. */
  readonly reads: readonly string[]
  /** Types whose way to JSON is a function of somebody who is neither the connected role nor a superuser. */
  readonly foreignTypes: readonly string[]
  /** A subscription of logical replication fills it, in part at least. */
  readonly isSubscribed: boolean
  readonly isListed: boolean
  readonly key: TableKey | null
  /** Itself and its partitions, of all depths. */
  readonly members: readonly Member[]
}

export interface Member {
  readonly schema: string
  readonly name: string
  readonly label: string
  readonly kind: string
  /** As `pg_class.relpersistence` has it. */
  readonly persistence: string
  readonly owner: string
  /** The connected role has the rights of that owner. */
  readonly isOwned: boolean
  readonly triggers: TriggerStates
}

/** What is known about relations, given by their object ids. `isListed` needs the journal to be there. */
export function findTables(
  session: Session,
  relations: readonly string[],
  isJournalThere: boolean,
): Promise<readonly FoundTable[]> {
  const listed = isJournalThere ? LISTED : sql`false`
  const query = sql`
    select c.oid::text as relation, n.nspname as schema, c.relname as name, ${LABEL} as label, c.relkind as kind,
      n.nspname ~ '^pg_' and c.relpersistence <> 't' or n.nspname in ('information_schema', 's_tier') as "isSystem",
      case when c.relispartition then pg_catalog.pg_partition_root(c.oid)::regclass::text end as root,
      coalesce((${READS}), '[]') as reads, coalesce((${FOREIGN_TYPES}), '[]') as "foreignTypes",
      (${SUBSCRIBED}) as "isSubscribed", ${listed} as "isListed", own.key, (${MEMBERS}) as members
    from pg_catalog.json_array_elements_text($1::json) with ordinality as wanted (oid, place)
    join pg_catalog.pg_class c on c.oid = wanted.oid::oid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join lateral (${KEY}) own on true
    order by wanted.place`
  return rowsOf<FoundTable>(session, query, [JSON.stringify(relations)])
}

const ENCODING = sql`pg_catalog.getdatabaseencoding()`
const BYTES_OF_INDEX = sql`
  convert_to(pg_catalog.format('%I.%I', n.nspname, x.relname), ${ENCODING}) || '\\x00'`
const BYTES_OF_COLUMN = sql`convert_to(a.attname, ${ENCODING}) || '\\x00'`

const LISTED = sql`exists (select from s_tier.journal_tables t where t.relation = c.oid)`

const LABEL = sql`pg_catalog.format('%I.%I', n.nspname, c.relname)`

const TREE = sql`select c.oid as relid union select p.relid::oid from pg_catalog.pg_partition_tree(c.oid) p`

const SUBSCRIBED = sql`
  select exists (select from pg_catalog.pg_subscription_rel s where s.srrelid in (${TREE}))`

const READS = sql`
  select json_agg(distinct d.refobjid::regclass::text)
  from pg_catalog.pg_rewrite r join pg_catalog.pg_depend d
    on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
  where r.ev_class = c.oid and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid <> c.oid`

/** `row_to_json` calls a cast to json, which would run with the rights of the journal's owner. */
const FOREIGN_TYPES = sql`
  with recursive used (type) as (
    select a.atttypid from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    union
    select inner_type from used join pg_catalog.pg_type t on t.oid = used.type
    cross join lateral (
      select t.typelem union all select t.typbasetype
      union all select a.atttypid from pg_catalog.pg_attribute a
        where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
    ) as within (inner_type)
    where inner_type <> 0
  )
  select json_agg(used.type::regtype::text)
  from used join pg_catalog.pg_cast k on k.castsource = used.type
  join pg_catalog.pg_proc p on p.oid = k.castfunc
  join pg_catalog.pg_roles r on r.oid = p.proowner
  where k.casttarget = 'json'::regtype and not r.rolsuper and r.rolname <> current_user`

/** What the triggers are told of the key, as JSON and as `pg_trigger.tgargs` has it. */
const KEY = sql`
  select json_build_object(
      'index', pg_catalog.format('%I.%I', n.nspname, x.relname),
      'columns', json_agg(a.attname order by k.place)) as key,
    ${BYTES_OF_INDEX} || string_agg(${BYTES_OF_COLUMN}, '' order by k.place) as bytes
  from pg_catalog.pg_index i
  join pg_catalog.pg_class x on x.oid = i.indexrelid
  cross join unnest(i.indkey) with ordinality as k (number, place)
  join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
  where i.indrelid = c.oid and i.indisprimary and k.place <= i.indnkeyatts
  group by x.relname`

const MEMBERS = sql`
  select json_agg(json_build_object(
    'schema', mn.nspname, 'name', m.relname, 'label', pg_catalog.format('%I.%I', mn.nspname, m.relname),
    'kind', m.relkind, 'persistence', m.relpersistence, 'owner', pg_catalog.pg_get_userbyid(m.relowner),
    'isOwned', pg_catalog.pg_has_role(m.relowner, 'usage'),
    'triggers', coalesce((
      select json_object_agg(t.tgname, case
        when t.tgname = 's_tier_journal_truncate' or t.tgargs = coalesce(own.bytes, '') then t.tgenabled::text
        else 'outdated' end) from pg_catalog.pg_trigger t
      where t.tgrelid = m.oid and not t.tgisinternal
        and t.tgfoid = pg_catalog.to_regprocedure('s_tier.journal_write()')), '{}')
  ) order by m.oid <> c.oid, mn.nspname, m.relname)
  from (${TREE}) tree
  join pg_catalog.pg_class m on m.oid = tree.relid
  join pg_catalog.pg_namespace mn on mn.oid = m.relnamespace`

/** The object ids of all tables that somebody may mean by "all": not partitions, extensions' or the system's own. */
export async function tablesOf(
  session: Session,
  schemas: readonly string[] | 'all',
): Promise<readonly string[]> {
  const named = schemas === 'all' ? '' : JSON.stringify(schemas)
  const query = sql`
    select c.oid::text as relation
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition
      and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 's_tier')
      and ($1 = '' or n.nspname in (select pg_catalog.json_array_elements_text(nullif($1, '')::json)))
      and not exists (select from pg_catalog.pg_depend d where d.deptype = 'e'
        and d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid)
    order by n.nspname, c.relname`
  const found = await rowsOf<{ relation: string }>(session, query, [named])
  return found.map(({ relation }) => relation)
}

/** The object id of what somebody has named: `schema.table` as it is, or as SQL would write it. */
export async function resolveName(session: Session, name: string): Promise<string | undefined> {
  const [exact] = await rowsOf<{ relation: string }>(session, EXACTLY, [name])
  if (exact !== undefined) return exact.relation
  try {
    const [read] = await rowsOf<{ relation: string | null }>(session, AS_SQL, [name])
    return read?.relation ?? undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOT_A_NAME.has(error.code)) return undefined
    throw error
  }
}

const EXACTLY = sql`
  select c.oid::text as relation
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname || '.' || c.relname = $1 or c.relname = $1 and pg_catalog.pg_table_is_visible(c.oid)
  order by c.relname = $1 limit 1`
const AS_SQL = sql`select pg_catalog.to_regclass($1)::oid::text as relation`

/** invalid_name, syntax_error, and a name with too many parts. */
const NOT_A_NAME: ReadonlySet<unknown> = new Set(['42602', '42601', '0A000'])
