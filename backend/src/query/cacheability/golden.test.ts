import { afterAll, beforeAll, expect, test } from 'vitest'
import { catalogOf } from '../../../tests/support/catalog-of.ts'
import { read } from '../../../tests/support/requests.ts'
import type { Catalog } from '../catalog/index.ts'
import { planRead } from '../plan/index.ts'
import { cacheabilityOf } from './cacheability.ts'

/** Functions as Supabase ships them, and as people write their own. */
const FUNCTIONS = `
  create schema auth; create schema private;
  create table private.secrets (id int primary key, owner uuid);
  create table private.hidden (id int primary key);
  create table teams (id int primary key, user_id uuid, team_id int);
  create function auth.uid() returns uuid language sql stable as $$
    select coalesce(
      nullif(current_setting('request.jwt.claim.sub', true), ''),
      (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')
    )::uuid
  $$;
  create function auth.role() returns text language sql stable as $$
    select coalesce(
      nullif(current_setting('request.jwt.claim.role', true), ''),
      (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role')
    )::text
  $$;
  create function auth.email() returns text language sql stable as $$
    select current_setting('request.jwt.claims', true)::json->>'email';
  $$;
  create function auth.jwt() returns jsonb language sql stable as $$
    -- all of it
    select coalesce(
      nullif(current_setting('request.jwt.claim', true), ''),
      nullif(current_setting('request.jwt.claims', true), '')
    )::jsonb
  $$;
  create function private.tenant() returns text language plpgsql stable as $$
    begin
      return current_setting('request.jwt.claims', true)::json ->> 'tenant';
    end;
  $$;
  create function private.claim(name text) returns text language sql stable as $$
    select current_setting('request.jwt.claims', true)::json ->> name
  $$;
  create function private.standard() returns boolean stable begin atomic
    select (auth.jwt() ->> 'sub') is not null; end;
  create function private.team() returns setof int stable security definer begin atomic
    select team_id from public.teams where user_id = auth.uid(); end;
  create function private.is_member(id int) returns boolean language sql stable security definer as $$
    select exists (select 1 from teams where teams.team_id = id and user_id = auth.uid())
  $$;
  create function private.dynamic() returns boolean language plpgsql stable as $$
    begin execute 'select 1'; return true; end;
  $$;
  create function private.forgotten() returns text language sql as $$ select 'x' $$;
  create function private.liar() returns text language sql immutable as $$ select current_setting('app.tenant', true) $$;
  create function private.shadowed() returns text language sql stable set search_path = public, pg_catalog
    as $$ select lower('A') $$;
  create function private.whoami() returns text language sql stable as $$ select current_user::text $$;
  create function private.since(moment timestamptz default now()) returns boolean stable begin atomic
    select moment > '2020-01-01'; end;
  create function private.asked(who text default current_setting('request.jwt.claims', true)::json ->> 'org')
    returns text language sql stable as $$ select who $$;
  create function private.tomorrow() returns text language sql stable as $$ select now()::text $$;
`

/** A policy's USING, what is read of the claims, or why it is not kept. */
const POLICIES: readonly (readonly [using: string, verdict: string])[] = [
  ['true', 'none'],
  ['owner is not null', 'none'],
  ['auth.uid() = owner', 'sub'],
  ['(select auth.uid()) = owner', 'sub'],
  ["auth.role() = 'authenticated'", 'role'],
  ['auth.email() = email', 'email'],
  ["(auth.jwt() ->> 'email') = email", 'email'],
  ["(select auth.jwt() ->> 'email') = email", 'email'],
  ["((select auth.jwt()) ->> 'aal') = 'aal2'", 'aal'],
  ["((auth.jwt() -> 'app_metadata') ->> 'org') = org", 'app_metadata'],
  [
    "org = any (array(select jsonb_array_elements_text(auth.jwt() -> 'app_metadata' -> 'orgs')))",
    'app_metadata',
  ],
  ["coalesce(auth.jwt() -> 'user_metadata', '{}'::jsonb) ? 'admin'", 'user_metadata'],
  ["auth.jwt() ? 'admin'", 'admin'],
  ['auth.jwt() @> \'{"admin": true}\'', 'all'],
  ["auth.jwt() #>> '{a,b}' = org", 'all'],
  ['auth.jwt()::text = org', 'all'],
  ["owner::text = current_setting('request.jwt.claims', true)::json ->> 'sub'", 'sub'],
  ["owner = nullif(current_setting('request.jwt.claims', true)::json ->> 'sub', '')::uuid", 'sub'],
  ["owner::text = current_setting('request.jwt.claim.sub', true)", 'sub'],
  ["org = nullif(current_setting('request.jwt.claims', true), '{}')::json ->> 'sub'", 'all'],
  ["org = current_setting('request.jwt.claims', true)::json ->> email", 'all'],
  ['private.tenant() = org', 'tenant'],
  ["private.claim('tenant') = org", 'all'],
  ['private.standard()', 'sub'],
  ['id in (select private.team())', 'sub'],
  ['id in (select team_id from teams where user_id = auth.uid())', 'sub'],
  [
    'exists (select from teams t where t.team_id = notes.id and t.user_id = (select auth.uid()))',
    'sub',
  ],
  ['current_user = org', 'none'],
  ['private.whoami() = org', 'none'],
  ["pg_catalog.current_setting('role') = org", 'none'],
  ["owner = auth.uid() and (auth.jwt() ->> 'exp')::bigint > 0", 'exp,sub'],
  ["at > '2020-01-01'::timestamptz - interval '1 day'", 'none'],
  ['private.is_member(id)', 'unanalysable-function private.is_member'],
  ['private.dynamic()', 'unanalysable-function private.dynamic'],
  ["private.forgotten() = 'x'", 'volatile-function private.forgotten'],
  ['private.liar() = org', "setting 'app.tenant'"],
  ["private.shadowed() = 'a'", 'unanalysable-function private.shadowed'],
  ['private.tomorrow() = org', 'clock now()'],
  ['private.since()', 'clock now()'],
  ['private.asked() = org', 'org'],
  ['at > now()', 'clock now()'],
  ['at > current_timestamp', "clock The policy 'p' of public.notes: it"],
  ['at::date = current_date', "clock The policy 'p' of public.notes: it"],
  ["at > 'now'::text::timestamptz", "clock The policy 'p' of public.notes: a text read as a time"],
  ['random() < 0.5', 'server-function random()'],
  ["id < nextval('private.counter')", 'server-function nextval()'],
  ['id = pg_backend_pid()', 'server-function pg_backend_pid()'],
  ["inet_client_addr() = '127.0.0.1'", 'server-function inet_client_addr()'],
  ['id = txid_current()', 'server-function txid_current()'],
  ["current_setting('request.headers', true)::json ->> 'x' = org", "setting 'request.headers'"],
  ['current_setting(org, true) is null', 'setting A setting of any name'],
  ["current_setting('app.tenant', true) = org", "setting 'app.tenant'"],
  ['has_table_privilege(org, $$select$$)', 'server-function has_table_privilege()'],
  ['exists (select from pg_roles where rolname = org)', 'system-catalog The relation'],
  [
    'exists (select from information_schema.tables where table_name = org)',
    'system-catalog The relation',
  ],
]

const catalogs: Catalog[] = []
beforeAll(async () => {
  const setup = POLICIES.map(
    ([using], index) => `
      create table t${index} (id int primary key, owner uuid, email text, org text, at timestamptz);
      alter table t${index} enable row level security;
      create policy p on t${index} using (${using.replaceAll('notes.', `t${index}.`)});`,
  )
  const counter = 'create sequence private.counter;'
  catalogs.push(await catalogOf(`${FUNCTIONS} ${counter} ${setup.join('\n')}`))
})
afterAll(() => void catalogs.pop())

function verdictOf(relation: string): string {
  const [catalog] = catalogs
  if (catalog === undefined) throw new Error('there is no catalog')
  const plan = planRead(catalog, read(relation), { aggregates: true, rowsMax: undefined })
  const found = cacheabilityOf(plan, catalog)
  if (!found.cacheable) {
    return found.reasons.map(({ code, subject }) => `${code} ${subject}`).join('; ')
  }
  return typeof found.claims === 'string' ? found.claims : found.claims.join(',')
}

test.each(POLICIES.map(([using, verdict], index) => [using, verdict, index] as const))(
  'a policy using (%s) reads %s',
  (_using, verdict, index) => {
    const found = verdictOf(`t${index}`).replaceAll(`public.t${index}`, 'public.notes')
    expect(found.startsWith(verdict), found).toBe(true)
    if (!verdict.includes(' ')) expect(found).toBe(verdict)
  },
)
