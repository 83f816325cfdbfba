import { sql } from '../../../base/index.ts'

/**
 * What reads. After the events comes one row without any, which says how far everything goes. Reading ends at a number of events, or when it has so many bytes.
 */
export const READING = sql`
    create function s_tier.stream_identity() returns text
    language sql stable
    set search_path = pg_catalog, pg_temp
    as $function$
      select (pg_control_system()).system_identifier || ':' || case
          when pg_is_in_recovery() then upper(lpad(to_hex((pg_control_checkpoint()).timeline_id), 8, '0'))
          else left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
        end || ':' || 's_tier.stream_events'::regclass::oid
    $function$;

    create function s_tier.stream_read(
      asked_stream text, first bigint, last bigint, events_max bigint, bytes_max bigint, is_backward boolean)
    returns table (stream text, version bigint, id uuid, type text, data text, metadata text, xid text,
      "position" bigint, at_ms double precision, head bigint, is_archived boolean)
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $function$
    #variable_conflict use_column
    declare
      events refcursor;
      bytes bigint := 0;
    begin
      if is_backward then
        open events for
          select e.stream, e.version, e.id, e.type, e.data::text, e.metadata::text, e.xid::text, e.position,
            (extract(epoch from e.at) * 1000)::double precision
          from s_tier.stream_events e
          where e.stream = asked_stream and e.version between first and last
          order by e.version desc limit events_max;
      else
        open events for
          select e.stream, e.version, e.id, e.type, e.data::text, e.metadata::text, e.xid::text, e.position,
            (extract(epoch from e.at) * 1000)::double precision
          from s_tier.stream_events e
          where e.stream = asked_stream and e.version between first and last
          order by e.version limit events_max;
      end if;
      loop
        fetch events into stream, version, id, type, data, metadata, xid, "position", at_ms;
        exit when not found;
        return next;
        bytes := bytes + octet_length(data) + octet_length(metadata);
        exit when bytes >= bytes_max;
      end loop;
      close events;
      stream := null;
      select h.version, h.archived_at is not null into head, is_archived
        from s_tier.stream_heads h where h.stream = asked_stream;
      head := coalesce(head, 0);
      return next;
    end
    $function$;

    create function s_tier.stream_read_all(
      after_xid xid8, after_position bigint, events_max bigint, bytes_max bigint, asked_types json, prefix text)
    returns table (stream text, version bigint, id uuid, type text, data text, metadata text, xid text,
      "position" bigint, at_ms double precision, head text, is_end boolean, identity text)
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $function$
    #variable_conflict use_column
    declare
      types constant text[] := array(select json_array_elements_text(asked_types));
      -- Every statement of a stable function has the snapshot of its caller, so this one is also that of the rows.
      ended constant xid8 := pg_snapshot_xmin(pg_current_snapshot());
      bytes bigint := 0;
      events bigint := 0;
    begin
      for stream, version, id, type, data, metadata, xid, "position", at_ms in
        select e.stream, e.version, e.id, e.type, e.data::text, e.metadata::text, e.xid::text, e.position,
          (extract(epoch from e.at) * 1000)::double precision
        from s_tier.stream_events e
        where (e.xid, e.position) > (after_xid, after_position) and e.xid < ended
          and (asked_types is null or e.type = any(types)) and (prefix is null or starts_with(e.stream, prefix))
        order by e.xid, e.position limit events_max
      loop
        return next;
        events := events + 1;
        bytes := bytes + octet_length(data) + octet_length(metadata);
        exit when bytes >= bytes_max;
      end loop;
      is_end := events < events_max and bytes < bytes_max;
      stream := null;
      head := ended::text;
      identity := s_tier.stream_identity();
      return next;
    end
    $function$;

    create function s_tier.stream_end() returns table (xid text, identity text)
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $function$ select pg_snapshot_xmin(pg_current_snapshot())::text, s_tier.stream_identity() $function$;

    create function s_tier.stream_stall() returns table (
      xid text, process_id integer, for_ms double precision, database text, application text, state text)
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $function$
    declare
      oldest constant xid8 := pg_snapshot_xmin(pg_current_snapshot());
    begin
      if not exists (select from s_tier.stream_events e where e.xid >= oldest) then
        return;
      end if;
      return query
        select oldest::text, a.pid, (extract(epoch from clock_timestamp() - a.xact_start) * 1000)::double precision,
          a.datname::text, a.application_name, a.state
        from pg_stat_activity a where a.backend_xid = oldest::xid;
      if found then return; end if;
      return query
        select oldest::text, null::integer, (extract(epoch from clock_timestamp() - p.prepared) * 1000)::double precision,
          p.database::text, p.gid, 'prepared'
        from pg_prepared_xacts p where p.transaction = oldest::xid;
      if found then return; end if;
      return query
        select oldest::text, l.pid, null::double precision, null::text, null::text, null::text
        from pg_locks l
        where l.locktype = 'transactionid' and l.transactionid = oldest::xid and l.granted
          and l.mode = 'ExclusiveLock';
    end
    $function$;

    create function s_tier.stream_list(prefix text, after text, streams_max bigint)
    returns table (stream text, version bigint, created_ms double precision, updated_ms double precision,
      archived_ms double precision)
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $function$
      select h.stream, h.version, (extract(epoch from h.created_at) * 1000)::double precision,
        (extract(epoch from h.updated_at) * 1000)::double precision,
        (extract(epoch from h.archived_at) * 1000)::double precision
      from s_tier.stream_heads h
      where h.stream > after and h.stream >= prefix and starts_with(h.stream, prefix)
      order by h.stream limit streams_max
    $function$;

    create function s_tier.stream_snapshot_load(asked_stream text, asked_name text, asked_schema bigint)
    returns table (version bigint, data text, at_ms double precision)
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $function$
      select s.version, s.data::text, (extract(epoch from s.at) * 1000)::double precision
      from s_tier.stream_snapshots s
      where s.stream = asked_stream and s.name = asked_name and s.schema = asked_schema
    $function$;`
