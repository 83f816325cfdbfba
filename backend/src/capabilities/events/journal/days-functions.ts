import { sql } from '../../../base/index.ts'

/**
 * Days are made ahead and dropped whole.
 *
 * `journal_make_day` attaches a table instead of making a partition in place, which would shut out every writer for a
 * moment. A day with rows in `journal_rest` gets none: these would have to be moved first.
 *
 * `journal_drop_days` empties old days, which touches no writer, and then takes the empty tables away, which needs the journal
 * for itself: where that is not to be had at once they stay until the next time. The rest of a day that is not over is never dropped.
 *
 * `journal_maintain` is what servers call: one of several does it, the others hear `busy`.
 */
export const DAYS = sql`
  create function s_tier.journal_seal(made regclass) returns void
  language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  as $function$
  declare
    grantee text;
  begin
    for grantee in
      select distinct case a.grantee when 0 then 'public' else a.grantee::regrole::text end
      from pg_class c cross join aclexplode(c.relacl) a where c.oid = made and a.grantee <> c.relowner
    loop
      execute format('revoke all on %s from %s', made, grantee);
    end loop;
  end
  $function$;

  create function s_tier.journal_make_day(wanted date) returns boolean
  language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  as $function$
  declare
    table_name constant text := 'journal_' || to_char(wanted, 'YYYY_MM_DD');
  begin
    if to_regclass('s_tier.' || table_name) is not null
      or exists (select from s_tier.journal_rest where day = wanted) then
      return false;
    end if;
    execute format('create table s_tier.%I (like s_tier.journal including defaults)', table_name);
    execute format('alter table s_tier.journal attach partition s_tier.%I for values from (%L) to (%L)',
      table_name, to_char(wanted, 'YYYY-MM-DD'), to_char(wanted + 1, 'YYYY-MM-DD'));
    perform s_tier.journal_seal(format('s_tier.%I', table_name)::regclass);
    return true;
  end
  $function$;

  create function s_tier.journal_days() returns table (day date, part regclass, bytes bigint)
  language sql stable
  set search_path = pg_catalog, pg_temp
  as $function$
    select to_date(substring(c.relname from '^journal_(\\d{4}_\\d\\d_\\d\\d)$'), 'YYYY_MM_DD'), c.oid::regclass,
      pg_total_relation_size(c.oid)
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 's_tier.journal'::regclass
  $function$;

  create function s_tier.journal_drop_days(keep_from date, keep_bytes bigint)
  returns table (what text, name text, bytes bigint)
  language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  as $function$
  #variable_conflict use_column
  declare
    today constant date := (clock_timestamp() at time zone 'UTC')::date;
    total bigint := (select sum(d.bytes) from s_tier.journal_days() d);
    emptied regclass[] := '{}';
    old record;
    last_place record;
  begin
    for old in select d.day, d.part, d.bytes from s_tier.journal_days() d
      where d.day < today or d.day is null order by d.day nulls last
    loop
      continue when old.day >= keep_from and total <= keep_bytes;
      select j.xid, j.position into last_place from s_tier.journal j
        where j.tableoid = old.part and (old.day is not null or j.day < keep_from)
        order by j.xid desc, j.position desc limit 1;
      continue when old.day is null and last_place.xid is null;
      begin
        if old.day is null and exists (select from s_tier.journal_rest j where j.day >= keep_from) then
          delete from s_tier.journal_rest j where j.day < keep_from;
        else
          execute format('truncate %s', old.part);
        end if;
      exception when lock_not_available then
        continue; -- Somebody still writes or reads there.
      end;
      emptied := emptied || old.part;
      continue when last_place.xid is null; -- Nobody misses it.
      total := total - old.bytes;
      return query select 'dropped', old.part::text, old.bytes;
      return query select 'passed', r.name, null::bigint from s_tier.journal_readers r
        where (r.xid, r.position) < (last_place.xid, last_place.position);
      insert into s_tier.journal_floor as f (xid, position) values (last_place.xid, last_place.position)
        on conflict (is_only) do update set xid = excluded.xid, position = excluded.position
        where (f.xid, f.position) < (excluded.xid, excluded.position);
    end loop;
    if total > keep_bytes then
      return query select 'over', null::text, total;
    end if;
    begin
      for old in select d.part from s_tier.journal_days() d where d.part = any (emptied) and d.day is not null loop
        execute format('drop table %s', old.part);
      end loop;
    exception when lock_not_available then
      null; -- Empty they take no room.
    end;
  end
  $function$;

  create function s_tier.journal_maintain(keep_ms bigint, keep_bytes bigint, days_ahead integer)
  returns table (what text, name text, bytes bigint)
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '250ms'
  set timezone = 'UTC'
  as $function$
  declare
    today constant date := clock_timestamp()::date;
  begin
    if not pg_try_advisory_xact_lock(2059321774, 1) then
      return query select 'busy', null::text, null::bigint;
      return;
    end if;
    for ahead in 1 .. least(days_ahead, 366) loop
      begin
        if s_tier.journal_make_day(today + ahead) then
          return query select 'made', to_char(today + ahead, 'YYYY-MM-DD'), null::bigint;
        end if;
      exception when lock_not_available then
        null; -- There is time until then.
      end;
    end loop;
    return query select * from s_tier.journal_drop_days(
      (clock_timestamp() - keep_ms * interval '1 millisecond')::date, keep_bytes);
  end
  $function$;`
