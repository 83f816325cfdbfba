import { sql } from '../../../base/index.ts'
import { WRITE } from './write-function.ts'

/** All triggers of a journaled table, each of which must be there and fire always. */
const TRIGGERS = sql`
  's_tier_journal_insert', 's_tier_journal_update', 's_tier_journal_delete', 's_tier_journal_truncate'`

/**
 * For who keeps answers: what its own transactions changed, and which tables are journaled.
 *
 * `journal_own` tells the events of the transaction whose id the session has in the setting `s_tier.xid`. When there are more, or they
 * are larger, it ends with one for each table that the transaction changed, as if that had been emptied.
 * `s_tier.day`, the day in UTC when the transaction began, spares it the days before; one more on both sides, for a clock may be set.
 *
 * `journal_ahead` tells what has become visible since a snapshot, in no order: also what readers have to wait for. Where there are as
 * many events as asked for, or more, it tells one instead for each transaction and table, as if that had been emptied. It is not
 * for standbys, whose snapshots do not say which transactions were running.
 *
 * `journal_relations` tells the tables all of whose changes are in the journal, with a text that is another one after anything of that
 * has been changed, perhaps back again: a trigger, a partition, the rows themselves by a command that fires no trigger.
 *
 * `journal_generation` is another text after tables were enabled or disabled.
 */
export const VERSION_2 = Object.freeze({
  up: sql`
    ${WRITE} -- It was another one before, under which columns could not be named n or o.

    create function s_tier.journal_own(events_max integer, bytes_max bigint) returns table (
      xid text, "position" text, relation oid, schema_name text, table_name text, kind text, at_ms text,
      key text, old_row text, new_row text, role text, claims text, request_id text, trace text
    )
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    set enable_seqscan = off
    set enable_bitmapscan = off
    set enable_sort = off
    set plan_cache_mode = force_generic_plan -- Days are left out without planning anew for each call.
    as $function$
    declare
      own constant xid8 := nullif(current_setting('s_tier.xid', true), '')::xid8;
      first_day constant date := coalesce(nullif(current_setting('s_tier.day', true), '')::date - 1, '-infinity');
      last_day constant date := (clock_timestamp() at time zone 'UTC')::date + 1;
      events integer := 0;
      bytes bigint := 0;
    begin
      for xid, "position", relation, schema_name, table_name, kind, at_ms,
          key, old_row, new_row, role, claims, request_id, trace in
        select j.xid::text, j.position::text, j.relation, j.schema_name::text, j.table_name::text, j.kind::text,
          floor(extract(epoch from j.at) * 1000)::bigint::text,
          j.key::text, j.old_row::text, j.new_row::text, j.role, j.claims, j.request_id, j.trace
        from s_tier.journal j where j.xid = own and j.day between first_day and last_day order by j.xid, j.position
      loop
        events := events + 1;
        bytes := bytes + coalesce(octet_length(old_row), 0) + coalesce(octet_length(new_row), 0);
        if events > events_max or bytes > bytes_max then
          return query
            select own::text, max(j.position)::text, j.relation, min(j.schema_name)::text, min(j.table_name)::text, 't',
              floor(extract(epoch from max(j.at)) * 1000)::bigint::text,
              null::text, null::text, null::text, null::text, null::text, null::text, null::text
            from s_tier.journal j where j.xid = own and j.day between first_day and last_day group by j.relation;
          return;
        end if;
        return next;
      end loop;
    end
    $function$;

    create function s_tier.journal_ahead(seen pg_snapshot, events_max integer) returns table (
      xid text, "position" text, relation oid, schema_name text, table_name text, kind text, at_ms text,
      key text, old_row text, new_row text, role text, claims text, request_id text, trace text
    )
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    set enable_seqscan = off
    set enable_bitmapscan = off
    as $function$
      with ahead as not materialized (
        select * from s_tier.journal where journal.xid >= pg_snapshot_xmax(seen)
        union all
        select * from s_tier.journal where journal.xid in (select x from pg_snapshot_xip(seen) x)
      ), few as materialized (
        select * from ahead limit events_max
      )
      select j.xid::text, j.position::text, j.relation, j.schema_name::text, j.table_name::text, j.kind::text,
        floor(extract(epoch from j.at) * 1000)::bigint::text,
        j.key::text, j.old_row::text, j.new_row::text, j.role, j.claims, j.request_id, j.trace
      from few j where (select count(*) from few) < events_max
      union all
      select * from (
        select j.xid::text, max(j.position)::text, j.relation, min(j.schema_name)::text, min(j.table_name)::text, 't',
          floor(extract(epoch from max(j.at)) * 1000)::bigint::text,
          null::text, null::text, null::text, null::text, null::text, null::text, null::text
        from ahead j where (select count(*) from few) >= events_max
        group by j.xid, j.relation
        limit events_max
      ) whole
    $function$;

    create function s_tier.journal_relations() returns table (relation oid, state text)
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    set jit = off
    as $function$
      with fired as materialized (
        select g.tgrelid, count(*) as triggers, string_agg(g.oid || ' ' || g.xmin, ' ' order by g.oid) as state
        from pg_trigger g
        where g.tgfoid = 's_tier.journal_write()'::regprocedure and g.tgenabled = 'A' and g.tgqual is null
          and g.tgname in (${TRIGGERS})
        group by g.tgrelid
      ), members as materialized (
        select t.relation::oid as root, t.relation::oid as member from s_tier.journal_tables t
        union all
        select t.relation::oid, p.relid::oid
        from s_tier.journal_tables t join pg_class c on c.oid = t.relation and c.relkind = 'p'
        cross join lateral pg_partition_tree(t.relation) p
        where p.relid <> t.relation
      )
      select m.root, md5(string_agg(concat_ws(' ', c.oid, c.relfilenode, f.state), ',' order by c.oid))
      from members m
      join pg_class c on c.oid = m.member
      left join fired f on f.tgrelid = m.member
      group by m.root
      having bool_and(c.relkind in ('r', 'p') and c.relpersistence = 'p' and f.triggers is not distinct from 4
        and not exists (select from pg_subscription_rel s where s.srrelid = m.member))
    $function$;

    create function s_tier.journal_generation() returns text
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $function$
      select count(*) || ':' || coalesce(sum(t.xmin::text::bigint), 0) from s_tier.journal_tables t
    $function$;`,
  down: sql`
    drop function s_tier.journal_generation();
    drop function s_tier.journal_relations();
    drop function s_tier.journal_ahead(pg_snapshot, integer);
    drop function s_tier.journal_own(integer, bigint);`,
  /** For the roles that servers log in as. */
  functions: Object.freeze([
    sql`s_tier.journal_own(integer, bigint)`,
    sql`s_tier.journal_ahead(pg_snapshot, integer)`,
    sql`s_tier.journal_relations()`,
    sql`s_tier.journal_generation()`,
  ]),
})
