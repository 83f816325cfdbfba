-- The store: an online shop for the outdoors, the home and the table, written for S-Tier.
--
-- Load the files in the order of their numbers, into an empty database:
--   for file in *.sql; do psql -v ON_ERROR_STOP=1 -f "$file" store; done
-- It needs PostgreSQL 15 or later and no extension. `PGOPTIONS='-c store.scale=0.02'` makes a small one (the
-- default is 1: about 430,000 rows).
--
-- Roles are shared by all databases of a server, so this file only makes those that are missing. They are the
-- customary ones: a server logs in as `authenticator` and becomes, for each request, one of the other three.

do $$
begin
  if to_regrole('anon') is null then
    create role anon nologin noinherit;
  end if;
  if to_regrole('authenticated') is null then
    create role authenticated nologin noinherit;
  end if;
  if to_regrole('service_role') is null then
    create role service_role nologin noinherit bypassrls;
  end if;
  if to_regrole('authenticator') is null then
    create role authenticator login noinherit;
  end if;
end
$$;

set client_min_messages = warning; -- Granting again is only worth a notice.
grant anon, authenticated, service_role to authenticator;
reset client_min_messages;
