import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createDatabase, onCluster, type TestDatabase } from '../../../../tests/support/database.ts'
import {
  journaling,
  journalingIn,
  statusIn,
  unjournaling,
  withSession,
} from '../../../../tests/support/journaling.ts'
import { JOURNAL_PART } from './part.ts'

const VERSION = JOURNAL_PART.versions.length

let database: TestDatabase
beforeEach(async () => {
  database = await createDatabase(`
    create table notes (id int primary key);
    create view short_notes as select * from notes where id < 10`)
})
afterEach(() => database.drop())

/** Everything in the database that did not come with it. */
async function objects(): Promise<string[]> {
  const rows = await database.query<{ name: string }>(`
    select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = relnamespace
    where c.oid >= 16384 and n.nspname <> 'pg_toast'
    union all select 'function ' || proname from pg_proc where oid >= 16384
    union all select 'trigger ' || tgname from pg_trigger where oid >= 16384
    union all select 'schema ' || nspname from pg_namespace where oid >= 16384 and nspname !~ '^pg_'
    order by 1`)
  return rows.map(({ name }) => name)
}

function outcomes({ tables }: { tables: readonly { table: string; outcome: string }[] }) {
  return Object.fromEntries(tables.map(({ table, outcome }) => [table, outcome]))
}

test('enabling twice changes nothing, and disabling leaves nothing', async () => {
  const before = await objects()
  const wanted = { schemas: 'all', logins: ['authenticator'] } as const
  expect(await journaling(database.url, wanted)).toEqual({
    ...{ from: 0, to: VERSION, users: ['authenticator'], refused: [] },
    tables: [{ table: 'public.notes', outcome: 'enabled' }],
  })
  const enabled = await objects()
  await database.query('insert into notes values (1)')
  expect(await journaling(database.url, wanted)).toMatchObject({
    from: VERSION,
    tables: [{ table: 'public.notes', outcome: 'unchanged' }],
  })
  expect(await objects()).toEqual(enabled)
  expect(await database.query('select from s_tier.journal')).toHaveLength(1)
  const gone = { tables: ['public.notes'], journal: 'dropped', schema: 'dropped' }
  expect(await unjournaling(database.url)).toEqual({ from: VERSION, ...gone })
  expect(await objects()).toEqual(before)
  const absent = { from: 0, tables: [], journal: 'absent', schema: 'absent' }
  expect(await unjournaling(database.url)).toEqual(absent)
  await database.query('insert into notes values (2)')
})

test('several who enable at once do it once', async () => {
  const all = await Promise.all(Array.from({ length: 4 }, () => journaling(database.url)))
  expect(all.filter(({ from }) => from === 0)).toHaveLength(1)
  await database.query('insert into notes values (1)')
  expect(await database.query('select from s_tier.journal')).toHaveLength(1)
})

test('tables are named as SQL writes them, or as they are', async () => {
  await database.query(
    `create schema "My Shop"; create table "My Shop"."Order.s" (id int); create table "Plain" (id int)`,
  )
  const named = { tables: ['My Shop.Order.s', '"Plain"', 'PUBLIC.NOTES'] }
  expect(outcomes(await journaling(database.url, named))).toEqual({
    '"My Shop"."Order.s"': 'enabled',
    'public."Plain"': 'enabled',
    'public.notes': 'enabled',
  })
})

const UNFIT: readonly [string, string, string, string][] = [
  ['create view v as select * from notes', 'v', 'is a view', 'Name notes.'],
  [
    'create materialized view m as select * from notes',
    'm',
    'is a materialized view',
    'Name notes.',
  ],
  ['create unlogged table u (id int)', 'u', 'is unlogged', 'set logged'],
  ['create sequence s', 's', 'is no table', 'Name a table'],
  [
    'create table p (id int) partition by list (id); create table p1 partition of p default',
    'p1',
    'is a partition of p',
    'Name p',
  ],
  ['select 1', 'pg_class', 'belongs to the system', 'of your own'],
  ['select 1', 'nothing.here', 'does not exist', 'schema.table'],
  ['select 1', 'a"b', 'does not exist', 'schema.table'],
  ['select 1', 'a.b.c.d', 'does not exist', 'schema.table'],
  [
    `create extension postgres_fdw; create server f foreign data wrapper postgres_fdw;
      create foreign table f (id int) server f`,
    ...(['f', 'is a foreign table', 'in the database that holds it'] as const),
  ],
]
test.each(UNFIT)('%s: %s %s', async (make, name, reason, hint) => {
  await database.query(make)
  const refused = {
    code: 'ST620',
    message: expect.stringContaining(reason),
    hint: expect.stringContaining(hint),
  }
  await expect(journaling(database.url, { tables: ['notes', name] })).rejects.toMatchObject(refused)
  expect(await objects()).not.toContain('schema s_tier')
})

test('a temporary table is refused in the session that has it', async () => {
  await withSession(database.url, async session => {
    await session.query('create temp table t (id int)')
    const refused = { code: 'ST620', message: expect.stringContaining('is temporary') }
    await expect(journalingIn(session, { tables: ['t'] })).rejects.toMatchObject(refused)
  })
})

test('a table that a subscription fills is refused: its changes would not be seen', async () => {
  await withSession(database.url, async session => {
    await session.query('set allow_system_table_mods = on')
    await session.query(
      `insert into pg_subscription_rel (srsubid, srrelid, srsubstate) values (1, 'notes'::regclass, 'r')`,
    )
    const refused = { code: 'ST620', message: expect.stringContaining('a subscription') }
    await expect(journalingIn(session, { tables: ['notes'] })).rejects.toMatchObject(refused)
  })
})

test('of whole schemas what cannot be journaled is told, and the rest is done', async () => {
  await database.query(
    'create unlogged table cache (id int); create schema other; create table other.t ()',
  )
  const { tables, refused } = await journaling(database.url, { schemas: ['public'] })
  expect(tables).toEqual([{ table: 'public.notes', outcome: 'enabled' }])
  expect(refused).toMatchObject([{ table: 'public.cache' }])
})

test('a table of another role needs the rights of that role', async () => {
  const [owner, other] = ['owner', 'other'].map(name => `${name}_${randomBytes(6).toString('hex')}`)
  await onCluster(`create role ${owner} login; create role ${other}`)
  onTestFinished(() => onCluster(`drop role ${owner}, ${other}`).then(() => undefined))
  await database.query(`
    grant create on database ${database.name} to ${owner}; alter table notes owner to ${other};
    create table mine (id int); alter table mine owner to ${owner}`)
  const url = new URL(database.url)
  url.username = owner ?? ''
  await expect(journaling(url.href, { tables: ['notes'] })).rejects.toMatchObject({
    message: expect.stringContaining(`belongs to the role "${other}"`),
  })
  expect(await journaling(url.href)).toMatchObject({
    tables: [{ table: 'public.mine' }],
    refused: [{ table: 'public.notes' }],
  })
  await database.query(`grant ${other} to ${owner}`)
  expect(outcomes(await journaling(url.href))).toMatchObject({ 'public.notes': 'enabled' })
  expect(await unjournaling(url.href)).toMatchObject({ journal: 'dropped' })
})

test('a type with a way to JSON that would run as somebody else is refused', async () => {
  const owner = `owner_${randomBytes(6).toString('hex')}`
  await onCluster(`create role ${owner}`)
  onTestFinished(() => onCluster(`drop role ${owner}`).then(() => undefined))
  await database.query(`
    create type mood as enum ('good'); create type moods as (first mood); create table days (id int, all_of moods[]);
    create function to_json(mood) returns json language sql as $$ select '1'::json $$;
    alter function to_json(mood) owner to ${owner}; create cast (mood as json) with function to_json(mood)`)
  await expect(journaling(database.url, { tables: ['days'] })).rejects.toMatchObject({
    code: 'ST620',
    message: expect.stringContaining('has the type mood'),
  })
})

test('what was broken since is told, and mended: triggers, partitions, keys', async () => {
  await database.query(`
    create table logs (id int primary key) partition by range (id);
    create table logs_1 partition of logs for values from (0) to (10);
    create table papers (id int primary key, other int not null)`)
  await journaling(database.url)
  await database.query(`
    create table logs_2 partition of logs for values from (10) to (20);
    drop trigger s_tier_journal_update on logs_1;
    alter table notes disable trigger all; alter table notes enable trigger all;
    alter table papers drop constraint papers_pkey, add primary key (other)`)
  const incomplete = async () => {
    const { tables } = await statusOf()
    return Object.fromEntries(tables.map(({ table, incomplete: parts }) => [table, parts]))
  }
  expect(await incomplete()).toEqual({
    'public.logs': ['public.logs_1', 'public.logs_2'],
    'public.notes': ['public.notes'],
    'public.papers': ['public.papers'],
  })
  const mended = await journaling(database.url, {})
  expect(new Set(Object.values(outcomes(mended)))).toEqual(new Set(['mended']))
  expect(new Set(Object.values(await incomplete()).flat())).toEqual(new Set())
  expect(outcomes(await journaling(database.url, {}))).toMatchObject({ 'public.logs': 'unchanged' })
})

test('tables that are gone are forgotten, and one alone can be taken out', async () => {
  await database.query('create table a (id int); create table b (id int)')
  await journaling(database.url)
  await database.query('drop table a; insert into b values (1)')
  expect(await unjournaling(database.url, ['b'])).toMatchObject({
    tables: ['public.b'],
    journal: 'kept',
  })
  await database.query('insert into b values (2)')
  expect(await database.query('select from s_tier.journal')).toHaveLength(1)
  expect(outcomes(await journaling(database.url, {}))).toEqual({ 'public.notes': 'unchanged' })
  await expect(unjournaling(database.url, ['b'])).rejects.toMatchObject({ code: 'ST620' })
})

test('a table that stays locked is not waited for, and what was done before is kept', async () => {
  await database.query('create table a (id int)')
  await withSession(database.url, async other => {
    await other.query('begin; insert into notes values (1)')
    const short = { lockTimeoutMs: 20, attemptsMax: 2 }
    await expect(journaling(database.url, { schemas: 'all', ...short })).rejects.toMatchObject({
      code: 'ST621',
      table: 'public.notes',
    })
    await other.query('commit')
  })
  const { tables, others } = await statusOf()
  expect({ tables, others }).toMatchObject({
    tables: [{ table: 'public.a', incomplete: [] }],
    others: ['public.notes'],
  })
  expect(outcomes(await journaling(database.url))).toEqual({
    'public.a': 'unchanged',
    'public.notes': 'enabled',
  })
})

test('nobody is granted anything by default privileges, on later days neither', async () => {
  await database.query(
    'alter default privileges grant all on tables to anon; alter default privileges grant all on functions to anon',
  )
  await database.query('alter default privileges grant all on sequences to anon')
  await journaling(database.url)
  await database.query(`select s_tier.journal_make_day('2100-01-01')`)
  const granted = await database.query(`
    select c.relname from pg_class c cross join aclexplode(c.relacl) a
    where c.relnamespace = 's_tier'::regnamespace and a.grantee <> c.relowner
    union all select p.proname from pg_proc p cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
    where p.pronamespace = 's_tier'::regnamespace and a.grantee <> p.proowner`)
  expect(granted).toEqual([])
})

test('a login may read and keep its place, and touch nothing', async () => {
  await journaling(database.url, { tables: ['notes'], logins: ['authenticator'] })
  await withSession(database.authenticatorUrl, async login => {
    expect(await login.query('select * from s_tier.journal_head()')).toHaveLength(1)
    for (const text of [
      'select * from s_tier.journal',
      'delete from s_tier.journal_readers',
      `select s_tier.journal_make_day('2100-01-01')`,
      'select s_tier.journal_drop_days(current_date, 0)',
      'select * from s_tier.journal_days()',
    ]) {
      await expect(login.query(text), text).rejects.toMatchObject({ code: '42501' })
    }
  })
})

test('the status tells what there is, and who is how far behind', async () => {
  expect(await statusOf()).toMatchObject({ version: 0, tables: [], oldest: undefined })
  await journaling(database.url)
  await database.query('insert into notes values (1), (2)')
  await database.query(`
    insert into s_tier.journal_readers (name, xid, position, holder, held_until)
    select 'cache', xid, position, 'h', now() from s_tier.journal order by position limit 1`)
  expect(await statusOf()).toEqual({
    ...{ version: VERSION, users: [], events: 2, bytes: expect.any(Number), others: [] },
    oldest: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    lastDay: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    tables: [{ table: 'public.notes', incomplete: [], trouble: undefined }],
    readers: [{ name: 'cache', updatedAt: expect.stringMatching(/Z$/), behind: 1 }],
  })
})

function statusOf() {
  return withSession(database.url, statusIn)
}
