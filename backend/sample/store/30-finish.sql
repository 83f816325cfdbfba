-- Settings are as before, numbers go on after those of the data, the reports are computed, and the generator goes.

reset jit;
reset time zone;

do $$
declare
  counter record;
begin
  if current_setting('session_replication_role') <> 'origin' then
    perform set_config('session_replication_role', 'origin', false);
  end if;
  for counter in
    select format('%I.%I', table_schema, table_name) as relation
    from information_schema.columns
    where table_schema = 'public' and column_name = 'id' and is_identity = 'YES'
  loop
    execute format(
      'select setval(pg_get_serial_sequence(%1$L, ''id''), (select max(id) from %1$s))', counter.relation
    );
  end loop;
end
$$;

select public.refresh_reports();

set client_min_messages = warning;
drop schema generator cascade;
reset client_min_messages;
