import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createDatabase, onCluster, type TestDatabase } from '../../../tests/support/database.ts'
import { sql } from '../../base/index.ts'
import { disablePart, enablePart, partStatus, type SchemaPart } from './index.ts'

let database: TestDatabase
let session: pg.Client
beforeEach(async () => {
  database = await createDatabase()
  session = await connect(database.url)
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map(client => client.end()))
  await database.drop()
})

const clients: pg.Client[] = []

/** It is ended with the test. */
async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url)
  clients.push(client)
  await client.connect()
  return client
}

function over(client: pg.Client) {
  return {
    query: async (text: string, values?: readonly unknown[]) =>
      (await client.query<Record<string, unknown>>(text, values && [...values])).rows,
  }
}

const FIRST: SchemaPart['versions'][number] = {
  up: sql`
    create table s_tier.journal_entries (id int primary key);
    create function s_tier.journal_write(int) returns void language sql
      as 'insert into s_tier.journal_entries values ($1)';`,
  down: sql`drop function s_tier.journal_write(int); drop table s_tier.journal_entries`,
}
const SECOND: SchemaPart['versions'][number] = {
  up: sql`alter table s_tier.journal_entries add note text`,
  down: sql`alter table s_tier.journal_entries drop note`,
}
const JOURNAL: SchemaPart = {
  name: 'journal',
  versions: [FIRST],
  functions: [sql`s_tier.journal_write(int)`],
}
const LATER: SchemaPart = { ...JOURNAL, versions: [FIRST, SECOND] }
const OTHER: SchemaPart = {
  name: 'other',
  versions: [
    { up: sql`create table s_tier.other_things ()`, down: sql`drop table s_tier.other_things` },
  ],
  functions: [],
}

/** Everything in the database that did not come with it. */
async function objects(): Promise<string[]> {
  const rows = await database.query<{ name: string }>(`
    select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = relnamespace
    where c.oid >= 16384 and c.relkind in ('r', 'v') and n.nspname <> 'pg_toast'
    union all
    select 'function ' || proname from pg_proc where oid >= 16384
    union all
    select 'schema ' || nspname from pg_namespace where oid >= 16384 and nspname !~ '^pg_'
    order by 1`)
  return rows.map(({ name }) => name)
}

test('a part is enabled once, and what disabling leaves is nothing', async () => {
  const before = await objects()
  const enable = () => enablePart(over(session), JOURNAL, ['authenticator'])
  expect(await enable()).toEqual({ from: 0, to: 1, users: ['authenticator'] })
  const enabled = await objects()
  expect(enabled).toContain('s_tier.journal_entries')
  await database.query('insert into s_tier.journal_entries values (1)')
  expect(await enable()).toEqual({ from: 1, to: 1, users: ['authenticator'] })
  expect(await objects()).toEqual(enabled)
  expect(await database.query('select * from s_tier.journal_entries')).toHaveLength(1)
  expect(await disablePart(over(session), JOURNAL)).toEqual({ from: 1, schema: 'dropped' })
  expect(await disablePart(over(session), JOURNAL)).toEqual({ from: 0, schema: 'absent' })
  expect(await objects()).toEqual(before)
})

test('an older version is brought up to date, and taken back step by step', async () => {
  await enablePart(over(session), JOURNAL, [])
  await database.query('insert into s_tier.journal_entries values (1)')
  expect(await enablePart(over(session), LATER, [])).toMatchObject({ from: 1, to: 2 })
  expect(await database.query('select * from s_tier.journal_entries')).toEqual([
    { id: 1, note: null },
  ])
  expect(await disablePart(over(session), LATER)).toEqual({ from: 2, schema: 'dropped' })
})

test('a version that this program does not know is left alone', async () => {
  await enablePart(over(session), LATER, [])
  const refused = { code: 'ST210', message: expect.stringContaining('version 2') }
  await expect(enablePart(over(session), JOURNAL, [])).rejects.toMatchObject(refused)
  await expect(disablePart(over(session), JOURNAL)).rejects.toMatchObject(refused)
  expect(await partStatus(over(session), JOURNAL)).toMatchObject({ version: 2 })
})

test('parts share the schema; it goes with the last', async () => {
  await enablePart(over(session), JOURNAL, [])
  await enablePart(over(session), OTHER, [])
  expect(await disablePart(over(session), JOURNAL)).toEqual({ from: 1, schema: 'kept' })
  expect(await objects()).toEqual(['s_tier.other_things', 's_tier.parts', 'schema s_tier'])
  expect(await disablePart(over(session), OTHER)).toEqual({ from: 1, schema: 'dropped' })
})

test('a schema that holds something else stays, with that and nothing of ours', async () => {
  await enablePart(over(session), JOURNAL, [])
  await database.query('create view s_tier.mine as select 1 as one')
  expect(await disablePart(over(session), JOURNAL)).toEqual({ from: 1, schema: 'kept' })
  expect(await objects()).toEqual(['s_tier.mine', 'schema s_tier'])
})

test('a schema that was there before is used and left', async () => {
  await database.query('create schema s_tier')
  await enablePart(over(session), JOURNAL, [])
  expect(await disablePart(over(session), JOURNAL)).toEqual({ from: 1, schema: 'kept' })
  expect(await objects()).toEqual(['schema s_tier'])
})

test('what depends on a part keeps it whole', async () => {
  await enablePart(over(session), JOURNAL, [])
  await database.query('create view public.entries as select * from s_tier.journal_entries')
  await expect(disablePart(over(session), JOURNAL)).rejects.toMatchObject({ code: '2BP01' })
  expect(await partStatus(over(session), JOURNAL)).toMatchObject({ version: 1 })
  expect(await objects()).toContain('function journal_write')
})

test('who could use it still can after an update, and nobody else, whatever the default privileges', async () => {
  await database.query(`
    alter default privileges grant all on tables to anon;
    alter default privileges grant all on functions to anon`)
  await enablePart(over(session), JOURNAL, ['authenticator'])
  const users = async () => (await partStatus(over(session), JOURNAL)).users
  expect(await users()).toEqual(['authenticator'])
  expect(await enablePart(over(session), LATER, ['service_role'])).toMatchObject({
    users: ['authenticator', 'service_role'],
  })
  const [rights] = await database.query(`select
    has_function_privilege('anon', 's_tier.journal_write(int)', 'execute') as execute,
    has_table_privilege('anon', 's_tier.journal_entries', 'select') as read,
    has_table_privilege('authenticator', 's_tier.journal_entries', 'select') as logged_in`)
  expect(rights).toEqual({ execute: false, read: false, logged_in: false })
})

test('a role that may create schemas needs no other right, and one that may not is refused', async () => {
  const owner = `owner_${randomBytes(6).toString('hex')}`
  await onCluster(`create role ${owner} login`)
  const url = new URL(database.url)
  url.username = owner
  const client = await connect(url.href)
  onTestFinished(() => onCluster(`drop role ${owner}`).then(() => undefined))
  await expect(enablePart(over(client), JOURNAL, [])).rejects.toMatchObject({ code: '42501' })
  expect(await objects()).toEqual([])
  await database.query(`grant create on database ${database.name} to ${owner}`)
  expect(await enablePart(over(client), JOURNAL, ['authenticator'])).toMatchObject({ to: 1 })
  expect(await disablePart(over(client), JOURNAL)).toEqual({ from: 1, schema: 'dropped' })
})

test('a schema that belongs to somebody else is not entered, whatever rights one has', async () => {
  const other = `other_${randomBytes(6).toString('hex')}`
  await onCluster(`create role ${other}`)
  onTestFinished(() => onCluster(`drop role ${other}`).then(() => undefined))
  await database.query(`
    create schema s_tier authorization ${other};
    create table s_tier.parts (name text, version int, enabled_at timestamptz default now());
    alter table s_tier.parts owner to ${other};
    create function s_tier.seize() returns trigger language plpgsql as $$ begin raise 'seized'; end $$;
    create trigger seize before insert or delete on s_tier.parts execute function s_tier.seize()`)
  const refused = { code: 'ST212', message: `The schema s_tier belongs to the role '${other}'` }
  await expect(enablePart(over(session), JOURNAL, [])).rejects.toMatchObject(refused)
  await expect(disablePart(over(session), JOURNAL)).rejects.toMatchObject(refused)
})

test('several who enable at once do it once', async () => {
  const several = await Promise.all(Array.from({ length: 6 }, () => connect(database.url)))
  const all = await Promise.all(several.map(client => enablePart(over(client), JOURNAL, [])))
  expect(all.filter(({ from }) => from === 0)).toHaveLength(1)
})
