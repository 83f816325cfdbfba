import { afterAll, beforeAll, expect, test } from 'vitest'
import { runnerOf } from '../../tests/support/command-line.ts'
import { createDatabase, type TestDatabase } from '../../tests/support/database.ts'
import type { Finding } from '../database.ts'

const CLEAN = `
  revoke create on schema public from public;
  grant usage on schema public to anon, authenticated;
  create schema private;
  create table notes (id int primary key, owner text, body text);
  alter table notes enable row level security;
  create policy own on notes using (owner = current_user) with check (owner = current_user);
  create policy everybody_reads on notes for select using (true);
  grant select on notes to anon;
  grant select, insert, update, delete on notes to authenticated;
  create view titles with (security_invoker = true) as select id, owner from notes;
  grant select on titles to anon;
  create table private.keys (id int);
  create table counted (id int);
  create view numbers as select count(*) from counted;
  grant select on numbers to anon;
  create function safe(p text) returns void language plpgsql security definer set search_path = ''
    as $$ begin execute format('select %I', p); end $$;
  create function whole(p text) returns text language sql security definer return p;
  create function plain(p text) returns void language plpgsql as $$ begin perform p; end $$;
`

const PLANTED = `
  create table open_read (id int);
  grant select on open_read to anon;
  create table open_write (id int);
  grant insert on open_write to authenticated;
  create table silent (id int);
  alter table silent enable row level security;
  grant select on silent to anon;
  create table granted (id int);
  grant delete on granted to public;
  create table waved (id int);
  alter table waved enable row level security;
  create policy all_in on waved for insert to authenticated with check (true);
  create policy all_out on waved for delete using (true);
  grant insert, delete on waved to authenticated;
  create view leak as select * from notes;
  create view leak_behind as select * from leak;
  grant select on leak_behind to authenticated;
  create materialized view stale as select * from notes;
  grant select on stale to anon;
  create function mighty() returns void language plpgsql security definer as 'begin perform 1; end';
  create function run(query text) returns void language plpgsql as 'begin execute query; end';
  grant create on schema public to authenticated;
  create extension pg_trgm schema public;
`

let clean: TestDatabase
let planted: TestDatabase
beforeAll(async () => {
  clean = await createDatabase(CLEAN)
  planted = await createDatabase(CLEAN + PLANTED)
})
afterAll(async () => {
  await clean.drop()
  await planted.drop()
})

const doctor = runnerOf('doctor')

async function findingsOf(url: string, ...flags: string[]) {
  const { code, text } = await doctor(['--security', url, '--json', ...flags])
  const findings = JSON.parse(text) as Finding[]
  return { exit: code, found: findings.map(one => `${one.level} ${one.code} ${one.object}`).sort() }
}

test('nothing is wrong with what is right', async () => {
  const { code, text } = await doctor(['--security', clean.authenticatorUrl, '--fail-on', 'note'])
  expect(text).toBe('Nothing was found.\n')
  expect(code).toBe(0)
})

test('everything that was planted is found, and nothing else', async () => {
  const { exit, found } = await findingsOf(planted.authenticatorUrl)
  expect(exit).toBe(1)
  expect(found).toEqual([
    'error definer-without-search-path function public.mighty()',
    'error dynamic-sql-by-concatenation function public.run(text)',
    'error policy-lets-everybody-write policy all_out on public.waved',
    'error schema-open-to-create schema public',
    'error table-without-row-security table public.granted',
    'error table-without-row-security table public.open_write',
    'error view-passes-row-security view public.leak_behind',
    'error write-granted-to-anybody table public.granted',
    'note row-security-without-policy table public.silent',
    'warning extension-in-exposed-schema extension pg_trgm',
    'warning policy-lets-everybody-write policy all_in on public.waved',
    'warning table-without-row-security table public.open_read',
    'warning view-passes-row-security materialized view public.stale',
  ])
})

test('what is mended is found no more', async () => {
  await clean.query('create view leak as select * from notes; grant select on leak to anon')
  const { code, text } = await doctor(['--security', clean.authenticatorUrl, '--json'])
  expect(code).toBe(1)
  const [{ mend }] = JSON.parse(text) as [Finding]
  await clean.query(mend)
  expect(await findingsOf(clean.authenticatorUrl)).toEqual({ exit: 0, found: [] })
})

test('the role that it logs in as has no might of its own', async () => {
  const { found } = await findingsOf(clean.url)
  expect(found).toContain('error login-role-too-mighty role postgres')
  const asService = await findingsOf(clean.authenticatorUrl, '--role', 'service_role')
  expect(asService.found).toContain('error request-role-too-mighty role service_role')
})

test('the exit code is for the level that is asked for, and codes can be left out', async () => {
  const url = planted.authenticatorUrl
  expect((await findingsOf(url, '--fail-on', 'never')).exit).toBe(0)
  const { found } = await findingsOf(url, '--ignore', 'schema-open-to-create')
  expect(found).not.toContain('error schema-open-to-create schema public')
  expect(await doctor(['--security', url, '--fail-on', 'bad'])).toMatchObject({ code: 2 })
  expect(await doctor([url])).toMatchObject({ code: 2 })
})
