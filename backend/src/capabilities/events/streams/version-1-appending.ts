import { sql } from '../../../base/index.ts'

/**
 * What writes. Functions run as their owner with a search path of their own.
 *
 * `expected` is the version that the stream must have; -1: any; -2: any, of a stream that exists. A refusal is a row, not an
 * error, and writes nothing: the transaction of the caller goes on. Only an id that belongs to another event is an error, as
 * it is found when other events of the same append are there already.
 *
 * The lock on the row of the stream comes before the look for the ids, and each statement of a volatile function sees what has been
 * committed by then: who waited for the same append finds it.
 *
 * `stream_append_each` does the same for several appends to one stream, each of which is answered for itself: one look, one lock
 * and one insert for all of them where no id is known, and one by one otherwise.
 */
export const APPENDING = sql`
    create function s_tier.stream_context() returns jsonb
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    as $function$
    declare
      role_name constant text := coalesce(
        nullif(current_setting('role', true), 'none'), nullif(current_setting('s_tier.role', true), ''));
      claims constant text := nullif(current_setting('request.jwt.claims', true), '');
      headers constant text := nullif(current_setting('request.headers', true), '');
    begin
      if role_name is null and claims is null and headers is null then
        return '{}';
      end if;
      return jsonb_strip_nulls(jsonb_build_object('role', role_name,
          'requestId', headers::json ->> 'x-request-id', 'trace', headers::json ->> 'traceparent'))
        || case when claims is null then '{}' else jsonb_build_object('claims', claims::jsonb) end;
    end
    $function$;

    create function s_tier.stream_appended_before(asked_stream text, given jsonb)
    returns table (outcome text, version bigint, "position" bigint, xid xid8)
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    as $function$
    declare
      known record;
    begin
      select count(e.id) as found, count(*) as asked, max(e.version) as version, max(e.position) as position,
          max(e.xid::text::numeric)::text::xid8 as xid, 
          bool_and(e.stream = asked_stream and e.type = g.type and e.data::text = g.data::text) as same,
          count(distinct e.version - g.number) as offsets
        into known
        from (
          select number, (event ->> 'id')::uuid as id, event ->> 'type' as type, event -> 'data' as data
          from jsonb_array_elements(given) with ordinality as l (event, number)) as g
        left join s_tier.stream_events e on e.id = g.id;
      if known.found = 0 then
        return;
      end if;
      if known.found < known.asked or not known.same or known.offsets > 1 then
        raise sqlstate 'STS01' using message = 'The id of an event belongs to another event';
      end if;
      return query select 'repeated', known.version, known.position, known.xid;
    end
    $function$;

    create function s_tier.stream_append(asked_stream text, expected bigint, given jsonb)
    returns table (outcome text, version bigint, "position" bigint, xid xid8)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $function$
    #variable_conflict use_column
    declare
      added constant bigint := jsonb_array_length(given);
      own constant xid8 := pg_current_xact_id();
      context constant jsonb := s_tier.stream_context();
      head record;
      inserted bigint;
    begin
      loop
        update s_tier.stream_heads h
          set version = h.version + added, xid = greatest(h.xid, own), updated_at = clock_timestamp()
          where h.stream = asked_stream and h.archived_at is null and (expected < 0 or h.version = expected)
          returning h.version, h.xid into head;
        exit when found;
        if expected in (-1, 0) then
          insert into s_tier.stream_heads as h (stream, version, xid) values (asked_stream, added, own)
            on conflict do nothing returning h.version, h.xid into head;
          exit when found;
        end if;
        return query select * from s_tier.stream_appended_before(asked_stream, given);
        if found then
          return;
        end if;
        select h.version, h.archived_at into head from s_tier.stream_heads h where h.stream = asked_stream;
        if head.archived_at is not null then
          return query select 'archived', head.version, null::bigint, null::xid8;
          return;
        end if;
        if expected >= 0 or head.version is null then
          return query select 'refused', coalesce(head.version, 0), null::bigint, null::xid8;
          return;
        end if;
      end loop;
      insert into s_tier.stream_events (stream, version, id, type, data, metadata, xid)
        select asked_stream, head.version - added + g.number, (g.event ->> 'id')::uuid, g.event ->> 'type',
          g.event -> 'data', coalesce(g.event -> 'metadata', '{}') || context, head.xid
        from jsonb_array_elements(given) with ordinality as g (event, number)
        on conflict (id) do nothing;
      get diagnostics inserted = row_count;
      if inserted = added then
        -- The sequence is drawn from once an event, in their order.
        return query select 'appended', head.version, currval('s_tier.stream_position'), head.xid;
        return;
      end if;
      if inserted > 0 then
        raise sqlstate 'STS01' using message = 'The id of an event belongs to another event';
      end if;
      update s_tier.stream_heads h set version = h.version - added where h.stream = asked_stream;
      return query select * from s_tier.stream_appended_before(asked_stream, given);
    end
    $function$;

    create function s_tier.stream_append_each(asked_stream text, appends jsonb)
    returns table (outcome text, version bigint, "position" bigint, xid xid8)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $function$
    #variable_conflict use_column
    declare
      own constant xid8 := pg_current_xact_id();
      context constant jsonb := s_tier.stream_context();
      head record;
      asked jsonb;
      added bigint;
      reached bigint;
      starts bigint[] := '{}';
      ends bigint[] := '{}';
      positions bigint[] := '{}';
      is_special boolean;
    begin
      select h.version, greatest(h.xid, own) as xid, h.archived_at into head
        from s_tier.stream_heads h where h.stream = asked_stream for update;
      is_special := not found or head.archived_at is not null;
      if not is_special then
        select count(*) > count(distinct e ->> 'id') or count(known.id) > 0 into is_special
          from jsonb_array_elements(appends) as a cross join jsonb_array_elements(a -> 'events') as e
          left join s_tier.stream_events known on known.id = (e ->> 'id')::uuid;
      end if;
      if is_special then
        for asked in select * from jsonb_array_elements(appends) loop
          return query
            select * from s_tier.stream_append(asked_stream, (asked ->> 'expected')::bigint, asked -> 'events');
        end loop;
        return;
      end if;
      reached := head.version;
      for asked in select * from jsonb_array_elements(appends) loop
        if (asked ->> 'expected')::bigint in (reached, -1) or (asked ->> 'expected' = '-2' and reached > 0) then
          starts := array_append(starts, reached);
          reached := reached + jsonb_array_length(asked -> 'events');
        else
          starts := array_append(starts, null);
        end if;
        ends := array_append(ends, reached);
      end loop;
      added := reached - head.version;
      if added > 0 then
        update s_tier.stream_heads h set version = reached, xid = head.xid, updated_at = clock_timestamp()
          where h.stream = asked_stream;
        with inserted as (
          insert into s_tier.stream_events as e (stream, version, id, type, data, metadata, xid)
            select asked_stream, starts[a.number] + g.number, (g.event ->> 'id')::uuid, g.event ->> 'type',
              g.event -> 'data', coalesce(g.event -> 'metadata', '{}') || context, head.xid
            from jsonb_array_elements(appends) with ordinality as a (asked, number)
            cross join jsonb_array_elements(a.asked -> 'events') with ordinality as g (event, number)
            where starts[a.number] is not null
            order by a.number, g.number
            on conflict (id) do nothing
            returning e.version, e.position)
          select array_agg(i.position order by i.version) into positions from inserted i;
        if cardinality(positions) is distinct from added then
          raise sqlstate 'STS01' using message = 'The id of an event belongs to another event';
        end if;
      end if;
      return query
        select case when a.start is null then 'refused' else 'appended' end, a.reached,
          case when a.start is not null then positions[a.reached - head.version] end, head.xid
        from unnest(starts, ends) with ordinality as a (start, reached, number) order by a.number;
    end
    $function$;

    create function s_tier.stream_archive(asked_stream text, expected bigint)
    returns table (outcome text, version bigint)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $function$
    #variable_conflict use_column
    declare
      head record;
    begin
      update s_tier.stream_heads h set archived_at = coalesce(h.archived_at, clock_timestamp())
        where h.stream = asked_stream and (expected < 0 or h.version = expected)
        returning h.version into head;
      if found then
        return query select 'archived', head.version;
        return;
      end if;
      select h.version into head from s_tier.stream_heads h where h.stream = asked_stream;
      return query select 'refused', coalesce(head.version, 0);
    end
    $function$;

    create function s_tier.stream_snapshot_save(
      asked_stream text, asked_name text, asked_schema bigint, asked_version bigint, given jsonb)
    returns table (outcome text, version bigint)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $function$
    #variable_conflict use_column
    declare
      head record;
    begin
      select h.version into head from s_tier.stream_heads h where h.stream = asked_stream;
      if coalesce(head.version, 0) < asked_version then
        return query select 'refused', coalesce(head.version, 0);
        return;
      end if;
      insert into s_tier.stream_snapshots as s (stream, name, schema, version, data)
        values (asked_stream, asked_name, asked_schema, asked_version, given)
        on conflict (stream, name, schema) do update
          set version = excluded.version, data = excluded.data, at = excluded.at
          where s.version < excluded.version;
      return query select case when found then 'saved' else 'older' end, head.version;
    end
    $function$;`
