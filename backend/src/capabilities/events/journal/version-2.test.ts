import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/support/database.ts'
import { type TestPool, testPool } from '../../../../tests/support/journal.ts'
import {
  journaling,
  journalingAsBefore,
  unjournaling,
} from '../../../../tests/support/journaling.ts'
import { journalAccess, journaledTables } from '../journaled-tables.ts'
import { OWN_EVENTS } from '../own-events.ts'
import { createTableSource } from '../table-source.ts'

let database: TestDatabase
let login: TestPool
beforeEach(async () => {
  database = await createDatabase(`
    create table thing (id int primary key);
    create table part (id int primary key) partition by list (id);
    create table part_1 partition of part default;
    create table parent (id int);
    grant all on thing to authenticator`)
  login = testPool(database.authenticatorUrl, 1)
})
afterEach(async () => {
  await login.end()
  await database.drop()
})

const enable = () => journaling(database.url, { schemas: 'all', logins: ['authenticator'] })

async function journaled(): Promise<readonly string[]> {
  const tables = await journaledTables(login)
  const names = await database.query<{ name: string }>(
    'select oid::regclass::text as name from pg_class where oid = any ($1) order by 1',
    [tables.map(({ relation }) => relation)],
  )
  return names.map(({ name }) => name)
}

async function generation(): Promise<unknown> {
  const [row] = await login.query('select s_tier.journal_generation() as text')
  return row?.['text']
}

test('a journal of version 1 is brought up to date with all that it holds, and its readers may do what is new', async () => {
  expect(await journalAccess(login)).toBe('missing')
  await journalingAsBefore(database.url, 'authenticator')
  expect(await journalAccess(login)).toBe('outdated')
  const source = createTableSource({ database: login })
  expect(await source.read(await source.head(), 10)).toEqual([]) // Readers do without what is new.
  expect(source.horizon).toBeTypeOf('bigint')
  const { from, to } = await journaling(database.url, { schemas: 'all' })
  expect([from, to]).toEqual([1, 2])
  expect(await journalAccess(login)).toBe('ready')
  expect(await journaled()).toEqual(['parent', 'part', 'thing'])
})

test('a table counts as journaled while all changes of all of it are', async () => {
  await enable()
  const breaking = [
    ['thing', 'alter table thing disable trigger s_tier_journal_truncate'],
    ['part', 'drop trigger s_tier_journal_insert on part_1'],
    ['parent', 'alter table parent set unlogged'],
  ] as const
  for (const [table, change] of breaking) {
    expect(await journaled()).toContain(table)
    await database.query(change)
    expect(await journaled()).not.toContain(table)
  }
  await database.query('create table part_2 partition of part for values in (2)')
  await enable()
  expect(await journaled()).toEqual(['part', 'thing'])
  await database.query(
    'set allow_system_table_mods = on; insert into pg_subscription_rel ' +
      `(srsubid, srrelid, srsubstate) values (1, 'thing'::regclass, 'r')`,
  )
  expect(await journaled()).toEqual(['part'])
  await unjournaling(database.url, ['part'])
  expect(await journaled()).toEqual([])
})

test('what may have gone unseen shows in the state of the table, and what was enabled in that of all', async () => {
  await enable()
  const state = async () => {
    const tables = await journaledTables(login)
    return tables.find(({ relation }) => relation === thing)?.state
  }
  const [{ thing }] = (await database.query(`select 'thing'::regclass::oid as thing`)) as [
    { thing: number },
  ]
  const states = [await state()]
  const generations = [await generation()]
  await enable()
  expect([await state(), await generation()]).toEqual([states[0], generations[0]])
  await database.query(`alter table thing disable trigger user`)
  await enable() // Mended.
  states.push(await state())
  generations.push(await generation())
  await database.query('alter table thing alter column id type int using id + 1')
  states.push(await state())
  await unjournaling(database.url, ['thing'])
  generations.push(await generation())
  await enable()
  states.push(await state())
  generations.push(await generation())
  expect(new Set(states).size).toBe(4)
  expect(new Set(generations).size).toBe(4)
})

test('a transaction is told its own events once it is committed, and those of nobody else', async () => {
  await enable()
  const client = new pg.Client(database.authenticatorUrl)
  await client.connect()
  const own = async () => (await client.query<{ new_row: string }>(OWN_EVENTS)).rows
  expect(await own()).toEqual([])
  await client.query(`begin; insert into thing values (1)`)
  await client.query(`select set_config('s_tier.xid', pg_current_xact_id()::text, false)`)
  await database.query('insert into thing values (2)')
  await client.query('insert into thing values (3)')
  await client.query('commit')
  expect((await own()).map(row => row.new_row)).toEqual(['{"id":1}', '{"id":3}'])
  await client.end()
})

test('the day when a transaction began spares it older ones, and nothing of its own', async () => {
  await enable()
  const client = new pg.Client(database.authenticatorUrl)
  await client.connect()
  await client.query(`begin; insert into thing values (1)`)
  await client.query(`select set_config('s_tier.xid', pg_current_xact_id()::text, false)`)
  await client.query('commit')
  const toldSince = async (day: string) => {
    await client.query(`select set_config('s_tier.day', $1, false)`, [day])
    return (await client.query(OWN_EVENTS)).rows.length
  }
  const [row] = await database.query(
    `select day::text, (day + 2)::text as later from s_tier.journal`,
  )
  expect(await toldSince('')).toBe(1)
  expect(await toldSince('2020-02-29')).toBe(1)
  expect(await toldSince(String(row?.['day']))).toBe(1)
  expect(await toldSince(String(row?.['later']))).toBe(0)
  await database.query(`insert into s_tier.journal select
    position + 1, xid, day - 400, at, relation, schema_name, table_name, kind from s_tier.journal`)
  expect(await toldSince('2020-02-29'), 'those of days without a partition').toBe(2)
  await client.end()
})

test('who may not read the journal is not told of it', async () => {
  await journaling(database.url)
  expect(await journalAccess(login)).toBe('forbidden')
  await expect(journaledTables(login)).rejects.toMatchObject({ code: '42501' })
  await expect(login.query(OWN_EVENTS)).rejects.toMatchObject({ code: '42501' })
})
