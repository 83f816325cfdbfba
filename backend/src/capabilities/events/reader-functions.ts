import { sql } from '../../base/index.ts'

/**
 * What readers of the journal call, and the two tables that only these functions and the owner touch. It belongs to the
 * part `journal` and comes after its table `s_tier.journal` and its index (xid, position).
 *
 * `journal_floor` holds the last place that was ever removed: whoever removes events puts the greatest (xid, position) of
 * them there, in the same transaction. So a reader that was not there yet can tell a gap from silence. What is left of a
 * transaction over midnight may come before the floor; a reader that has been told of it is not told again.
 *
 * A plan that is made once takes a limit that it does not know for a tenth of the table, and would sort that for each page. There is
 * one right way, along the index, so the others are off.
 */
export const READER_FUNCTIONS = Object.freeze({
  up: sql`
    create table s_tier.journal_floor (
      is_only boolean primary key default true check (is_only),
      xid xid8 not null,
      position bigint not null
    );
    comment on table s_tier.journal_floor is 'The last place of the journal that has been removed, if any has.';

    create table s_tier.journal_readers (
      name text primary key,
      xid xid8 not null,
      position bigint not null,
      fence bigint not null default 1,
      holder text not null,
      held_until timestamptz not null,
      journal text,
      updated_at timestamptz not null default clock_timestamp()
    );
    comment on table s_tier.journal_readers is 'How far each named reader of the journal has come, and who reads for it.';

    create function s_tier.journal_identity() returns text
    language sql volatile
    set search_path = pg_catalog, pg_temp
    as $function$
      select (pg_control_system()).system_identifier || ':' || case
          when pg_is_in_recovery() then upper(lpad(to_hex((pg_control_checkpoint()).timeline_id), 8, '0'))
          else left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
        end || ':' || 's_tier.journal'::regclass::oid
    $function$;

    create function s_tier.journal_head()
    returns table (xid text, journal text, floor_xid text, floor_position text)
    language sql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $function$
      select pg_snapshot_xmin(pg_current_snapshot())::text, s_tier.journal_identity(), f.xid::text, f.position::text
      from (values (1)) as one left join s_tier.journal_floor f on true
    $function$;

    create function s_tier.journal_read(
      known text, after_xid xid8, after_position bigint, events_max integer, bytes_max bigint,
      told_xid xid8, told_position bigint
    ) returns table (
      xid text, "position" text, relation oid, schema_name text, table_name text, kind text, at_ms text,
      key text, old_row text, new_row text, role text, claims text, request_id text, trace text
    )
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    set enable_seqscan = off
    set enable_bitmapscan = off
    set enable_sort = off
    set plan_cache_mode = force_generic_plan
    as $function$
    declare
      -- Before the rows: every transaction below it has ended by now, and theirs sees what those have committed.
      ended constant xid8 := pg_snapshot_xmin(pg_current_snapshot());
      journal constant text := s_tier.journal_identity();
      bytes bigint := 0;
    begin
      if known <> journal then
        raise sqlstate 'STJ02' using message = 'This is another journal', detail = journal;
      end if;
      for xid, "position", relation, schema_name, table_name, kind, at_ms,
          key, old_row, new_row, role, claims, request_id, trace in
        select j.xid::text, j.position::text, j.relation, j.schema_name::text, j.table_name::text, j.kind::text,
          floor(extract(epoch from j.at) * 1000)::bigint::text,
          j.key::text, j.old_row::text, j.new_row::text, j.role, j.claims, j.request_id, j.trace
        from s_tier.journal j
        where (j.xid, j.position) > (after_xid, after_position) and j.xid < ended
        order by j.xid, j.position
        limit events_max
      loop
        return next;
        bytes := bytes + coalesce(octet_length(old_row), 0) + coalesce(octet_length(new_row), 0);
        exit when bytes >= bytes_max;
      end loop;
      -- After the rows, in a snapshot of its own: what was removed while they were read shows here.
      if after_xid > '0' and exists (
        select from s_tier.journal_floor f
        where (f.xid, f.position) > (after_xid, after_position) and (f.xid, f.position) > (told_xid, told_position)
      ) then
        raise sqlstate 'STJ01' using message = 'Events behind this place have been removed';
      end if;
    end
    $function$;

    create function s_tier.journal_waiting(after_xid xid8, after_position bigint, events_max integer)
    returns table (events bigint, oldest_ms text)
    language sql volatile security definer
    set search_path = pg_catalog, pg_temp
    set enable_seqscan = off
    set enable_bitmapscan = off
    set enable_sort = off
    as $function$
      select count(*), floor(extract(epoch from min(j.at)) * 1000)::bigint::text
      from (
        select at from s_tier.journal
        where (xid, position) > (after_xid, after_position) order by xid, position limit events_max
      ) j
    $function$;

    create function s_tier.journal_stall() returns table (
      xid text, process_id integer, for_ms text, database text, application text, state text
    )
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    set enable_seqscan = off
    set enable_bitmapscan = off
    set enable_sort = off
    as $function$
    declare
      running constant pg_snapshot := pg_current_snapshot();
      oldest constant xid8 := pg_snapshot_xmin(running);
    begin
      if oldest = pg_snapshot_xmax(running)
        or not exists (select from s_tier.journal j where j.xid >= oldest) then
        return;
      end if;
      return query
        select oldest::text, a.pid, floor(extract(epoch from clock_timestamp() - a.xact_start) * 1000)::bigint::text,
          a.datname::text, a.application_name, a.state
        from pg_stat_activity a where a.backend_xid = oldest::xid;
      if found then return; end if;
      return query
        select oldest::text, null::integer,
          floor(extract(epoch from clock_timestamp() - p.prepared) * 1000)::bigint::text,
          p.database::text, p.gid, 'prepared'
        from pg_prepared_xacts p where p.transaction = oldest::xid;
      if found then return; end if;
      return query
        select oldest::text, l.pid, null::text, null::text, null::text, null::text
        from pg_locks l
        where l.locktype = 'transactionid' and l.transactionid = oldest::xid and l.granted
          and l.mode = 'ExclusiveLock';
    end
    $function$;

    create function s_tier.journal_claim(
      reader text, claimed_by text, lease_ms bigint, from_xid xid8, from_position bigint, from_journal text
    ) returns table (fence text, holder text, free_in_ms text, xid text, "position" text, journal text)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $function$
    #variable_conflict use_column
    declare
      until constant timestamptz := clock_timestamp() + lease_ms * interval '1 millisecond';
    begin
      return query
        insert into s_tier.journal_readers as r (name, xid, position, holder, held_until, journal)
        values (reader, from_xid, from_position, claimed_by, until, from_journal)
        on conflict (name) do update
          set fence = r.fence + 1, holder = excluded.holder, held_until = excluded.held_until
          where r.holder = excluded.holder or r.held_until <= clock_timestamp()
        returning r.fence::text, r.holder, '0', r.xid::text, r.position::text, r.journal;
      if found then return; end if;
      return query
        select null::text, r.holder,
          ceil(extract(epoch from r.held_until - clock_timestamp()) * 1000)::bigint::text,
          r.xid::text, r.position::text, r.journal
        from s_tier.journal_readers r where r.name = reader;
    end
    $function$;

    create function s_tier.journal_save(
      reader text, held_fence bigint, lease_ms bigint, at_xid xid8, at_position bigint, at_journal text
    ) returns boolean
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $function$
    begin
      update s_tier.journal_readers
        set xid = at_xid, position = at_position, journal = at_journal, updated_at = clock_timestamp(),
          held_until = clock_timestamp() + lease_ms * interval '1 millisecond'
        where name = reader and fence = held_fence;
      return found;
    end
    $function$;`,
  down: sql`
    drop function s_tier.journal_save(text, bigint, bigint, xid8, bigint, text);
    drop function s_tier.journal_claim(text, text, bigint, xid8, bigint, text);
    drop function s_tier.journal_stall();
    drop function s_tier.journal_waiting(xid8, bigint, integer);
    drop function s_tier.journal_read(text, xid8, bigint, integer, bigint, xid8, bigint);
    drop function s_tier.journal_head();
    drop function s_tier.journal_identity();
    drop table s_tier.journal_readers;
    drop table s_tier.journal_floor;`,
  /** For the roles that servers log in as. */
  functions: Object.freeze([
    sql`s_tier.journal_head()`,
    sql`s_tier.journal_read(text, xid8, bigint, integer, bigint, xid8, bigint)`,
    sql`s_tier.journal_waiting(xid8, bigint, integer)`,
    sql`s_tier.journal_stall()`,
    sql`s_tier.journal_claim(text, text, bigint, xid8, bigint, text)`,
    sql`s_tier.journal_save(text, bigint, bigint, xid8, bigint, text)`,
  ]),
})
