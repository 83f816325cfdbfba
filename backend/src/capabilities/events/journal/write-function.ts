import { type Sql, sql } from '../../../base/index.ts'

/** The changed rows, each as JSON once. `n.*`, for `n` alone would be the column of that name where there is one. */
const INSERTED = sql`(select row_to_json(n.*) as whole from new_rows n offset 0) w`
const DELETED = sql`(select row_to_json(o.*) as whole from old_rows o offset 0) b`
/**
 * Old and new rows have nothing in common but their order, which is that of the rows as they were changed. Most statements update
 * one row: the first ones belong together without being numbered and joined. For the others a `full join` is never a nested loop,
 * whatever number of rows the plan was once made for.
 */
const UPDATED_FIRST = sql`
  (select row_to_json(o.*) as whole from old_rows o limit 1) b
  cross join (select row_to_json(n.*) as whole from new_rows n limit 1) w`
const UPDATED_OTHERS = sql`
  (select row_to_json(o.*) as whole, row_number() over () as place from old_rows o offset 1) b
  full join (select row_to_json(n.*) as whole, row_number() over () as place from new_rows n offset 1) w using (place)`
/** Asked for with the first row, which costs less than a question of its own. */
const ARE_OTHERS = sql` returning exists (select from new_rows offset 1) into are_others`

interface Entries {
  readonly root: Sql
  readonly schema: Sql
  readonly table: Sql
  /** The key out of a row as JSON. */
  readonly key: (row: Sql) => Sql
}

/** One `insert` for all rows of a statement, or all but the first, so that none of them needs memory of ours. */
function entries({ root, schema, table, key }: Entries): Sql {
  const [now, before] = [sql`w.whole`, sql`b.whole`]
  const insert = (kind: Sql, keyed: Sql, rows: Sql, source: Sql, returning = sql``) => sql`
    insert into s_tier.journal (day, at, relation, schema_name, table_name, kind, key, old_row, new_row,
        role, claims, request_id, trace)
      select c.at::date, c.at, ${root}, ${schema}, ${table}, ${kind}, ${key(keyed)}, ${rows},
        c.role, c.claims, c.request_id, c.trace
      from ${source} cross join (${CALLER} offset 0) c${returning};`
  const update = (source: Sql, returning?: Sql) =>
    insert(sql`'u'`, now, sql`${before}, ${now}`, source, returning)
  return sql`
    if tg_op = 'INSERT' then ${insert(sql`'i'`, now, sql`null, ${now}`, INSERTED)}
    elsif tg_op = 'UPDATE' then ${update(UPDATED_FIRST, ARE_OTHERS)}
      if are_others then ${update(UPDATED_OTHERS)} end if;
    else ${insert(sql`'d'`, before, sql`${before}, null`, DELETED)}
    end if;`
}

/** Who does it. The settings of a request are searched, not parsed: whatever somebody has put there must not fail a write. */
const CALLER = sql`
  select clock_timestamp() as at,
    coalesce(nullif(current_setting('role'), 'none'), session_user) as role,
    nullif(current_setting('request.jwt.claims', true), '') as claims,
    substring(current_setting('request.headers', true) from '"x-request-id"[[:space:]]*:[[:space:]]*"([^"\\\\]*)"') as request_id,
    substring(current_setting('request.headers', true) from '"traceparent"[[:space:]]*:[[:space:]]*"([^"\\\\]*)"') as trace`

const OF_ITSELF: Entries = {
  root: sql`tg_relid`,
  schema: sql`tg_table_schema`,
  table: sql`tg_table_name`,
  key: row => sql`json_build_object(tg_argv[1], ${row} -> tg_argv[1])`,
}
const LOOKED_UP: Entries = {
  root: sql`root`,
  schema: sql`of_schema`,
  table: sql`of_table`,
  key: row => sql`(select json_object_agg(c, ${row} -> c) from unnest(key_columns) as c)`,
}

/** The index that the trigger was told of has this one column, and no other. */
const KNOWS_KEY = sql`
  pg_get_indexdef(to_regclass(tg_argv[0]), 1, false) = quote_ident(tg_argv[1])
  and pg_index_column_has_property(to_regclass(tg_argv[0]), 2, 'asc') is null`

/**
 * The function of all triggers. It runs as the owner of the journal, so that who may write a table needs no right here,
 * and under settings of its own, so that a value has one text whoever wrote it.
 *
 * - A trigger is told the index of the primary key and its columns. That is only believed while the index says the same: a
 *   renamed column must never make a key wrong. Otherwise, and for keys of several columns, they are looked up, which takes longer.
 * - What is needed once for a statement stands in its one query: expressions of PL/pgSQL are made anew in each transaction.
 * - Events of partitions are about the root of their tree. A partition that is truncated alone goes under its own name; when
 *   the whole tree was emptied just before in the same transaction, there is nothing to add.
 */
export const WRITE = sql`
  create or replace function s_tier.journal_write() returns trigger
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  set timezone = 'UTC'
  set datestyle = 'ISO, MDY'
  set intervalstyle = 'postgres'
  set extra_float_digits = 1
  set bytea_output = 'hex'
  as $function$
  declare
    root oid;
    of_schema name;
    of_table name;
    key_columns text[];
    are_others boolean;
  begin
    if tg_nargs = 2 and coalesce(pg_partition_root(tg_relid), tg_relid) = tg_relid and ${KNOWS_KEY} then
      ${entries(OF_ITSELF)}
      return null;
    end if;
    root := coalesce(pg_partition_root(tg_relid), tg_relid);
    select n.nspname, c.relname into of_schema, of_table
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = root;

    if tg_op = 'TRUNCATE' then
      if root <> tg_relid and (
        select j.kind = 't' and (j.schema_name, j.table_name) = (of_schema, of_table)
        from s_tier.journal j where j.relation = root and j.xid = pg_current_xact_id()
        order by j.position desc limit 1) then
        return null;
      end if;
      insert into s_tier.journal (day, at, relation, schema_name, table_name, kind, role, claims, request_id, trace)
        select c.at::date, c.at, root, tg_table_schema, tg_table_name, 't', c.role, c.claims, c.request_id, c.trace
        from (${CALLER}) c;
      return null;
    end if;

    select array_agg(a.attname::text order by k.place) into key_columns
      from pg_index i
      cross join unnest(i.indkey) with ordinality as k (number, place)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
      where i.indrelid = root and i.indisprimary and k.place <= i.indnkeyatts;
    ${entries(LOOKED_UP)}
    return null;
  end
  $function$;`
