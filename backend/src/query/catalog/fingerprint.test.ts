import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, onCluster, type TestDatabase } from '../../../tests/support/database.ts'
import type { Pool } from '../../capabilities/pool/index.ts'
import { type Fingerprint, takeFingerprint } from './fingerprint.ts'
import { poolFor } from '../../../tests/support/catalog-of.ts'

const role = `catalog_${randomBytes(4).toString('hex')}`
let database: TestDatabase
let pool: Pool

beforeAll(async () => {
  database = await createDatabase(`
    create role ${role};
    create table t (a int primary key, b varchar(10), c int);
    create view v as select a from t;
    create materialized view m as select a from t;
    create type mood as enum ('calm');
    create type size as (width int);
    create domain color as int;
    create function f() returns int language sql as 'select 1';
    create function color_json(color) returns json language sql as 'select null::json';
    create function nothing() returns trigger language plpgsql as 'begin return null; end';
    create policy p on t using (true);
  `)
  pool = poolFor(database.authenticatorUrl)
})
afterAll(async () => {
  await pool.end(1_000)
  await database.drop()
  await onCluster(`drop role ${role}`)
})

function take(last?: Fingerprint): Promise<Fingerprint> {
  return pool.use(connection => takeFingerprint(connection, last))
}

/** Whether `parts` of the definitions differ after the statement. */
async function changesBy(statement: string, parts = (all: string) => all): Promise<boolean> {
  const before = await take()
  await database.query(statement)
  const after = await take(before)
  return parts(after.definitions) !== parts(before.definitions)
}

/** Without what belongs to the whole cluster, where other tests are at work: settings, members, roles. */
const ofDatabase = (definitions: string) =>
  definitions
    .split(' ')
    .filter(part => !/^(12|13|16):/.test(part))
    .join(' ')

test.each([
  'create table u (a int)',
  'alter table u rename to w',
  'drop table w',
  'alter table t add d int',
  'alter table t rename d to e',
  'alter table t alter e set not null',
  'alter table t alter e set default 3',
  'alter table t alter e set default 4',
  'alter table t alter b type varchar(20)',
  'alter table t drop e',
  'alter table t add constraint self foreign key (c) references t',
  'alter table t drop constraint self',
  'create unique index by_c on t (c)',
  'drop index by_c',
  'create or replace view v as select a, b from t',
  'create or replace view v as select a, upper(b)::varchar(20) as b from t',
  'create trigger table_nothing before update on t for each row execute function nothing()',
  'alter table t disable trigger table_nothing',
  'create trigger nothing instead of insert on v for each row execute function nothing()',
  "create or replace function f() returns int language sql as 'select 2'",
  "create function f(int) returns int language sql as 'select 2'",
  'alter function f(int) stable',
  'drop function f(int)',
  'alter policy p on t using (false)',
  'alter table t force row level security',
  'create table heir () inherits (t)',
  'alter table heir no inherit t',
  'drop table heir',
  'create policy q on t using (true)',
  'drop policy q on t',
  'alter table t enable row level security',
  'grant select on t to anon',
  'revoke select on t from anon',
  'grant update (a) on t to anon',
  'revoke execute on function f() from public',
  "comment on table t is 'x'",
  "comment on table t is 'y'",
  'comment on table t is null',
  "alter type mood add value 'wild'",
  'alter type size add attribute height int',
  "comment on type size is 'How large'",
  'create type place as (x int, y int)',
  'drop type place',
  'create cast (color as json) with function color_json(color) as implicit',
  'alter domain color set default 3',
  `alter role ${role} set statement_timeout = '3s'`,
  `alter role ${role} set statement_timeout = '4s'`,
  `grant ${role} to authenticator`,
  `revoke ${role} from authenticator`,
  `alter role ${role} rename to ${role}_renamed`,
  `alter role ${role}_renamed rename to ${role}`,
  "comment on schema public is 'x'",
  'grant usage on schema public to anon',
  'alter table t add constraint few check (a < 100)',
  'alter domain color add constraint positive check (value > 0)',
  `alter role ${role} noinherit`,
  'create schema more',
  'alter schema more rename to other',
])('%s is seen', async statement => {
  expect(await changesBy(statement)).toBe(true)
})

test.each([
  'insert into t values (1), (2)',
  'analyze t',
  'truncate t',
  'refresh materialized view m',
  'vacuum t',
  'create temporary table gone (a int primary key, b text default 3)',
  "select set_config('app.x', '1', false)",
])('%s changes no definition', async statement => {
  expect(await changesBy(statement, ofDatabase)).toBe(false)
})

test('definitions are not looked at while no transaction has ended', async () => {
  const last = { snapshot: (await take()).snapshot, definitions: 'as before' }
  const seen = await take(last)
  if (seen.snapshot === last.snapshot)
    expect(seen).toBe(last) // Other tests share the cluster.
  else expect(seen.definitions).not.toBe('as before')
})
