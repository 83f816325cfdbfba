import { afterAll, beforeAll, expect, test } from 'vitest'
import { runnerOf } from '../../tests/support/command-line.ts'
import { createDatabase, type TestDatabase } from '../../tests/support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(`
    create table notes (id int primary key); create table papers (id int);
    create unlogged table cache (id int);
    create table logs (id int) partition by list (id)`)
})
afterAll(() => database.drop())

const run = runnerOf('journal')

test('it enables, tells, and disables, each of them as often as one likes', async () => {
  const { url } = database
  const none = { code: 0, text: 'There is no journal in this database\n' }
  expect(await run(['status', url])).toEqual(none)
  const users = 'Servers that log in as authenticator may read it\n'
  expect((await run(['enable', url, '--for', 'authenticator'])).text).toBe(
    `The journal is made: schema s_tier, version 2\n${users}No table is journaled yet: name tables, or say --all\n`,
  )
  expect((await run(['enable', url, 'notes', '--for', 'authenticator'])).text).toBe(
    `The journal was there already: schema s_tier, version 2\n${users}  public.notes: journaled from now on\n`,
  )
  expect((await run(['enable', url, '--all'])).text).toContain(
    '\n  public.notes: journaled already\n  public.logs: journaled from now on\n  public.papers: journaled from now on\n' +
      '  public.cache: not journaled, as it is unlogged: after a crash it is empty, and nobody would be told. ' +
      'Make it a logged one: alter table public.cache set logged\n',
  )
  expect(await run(['disable', url, 'papers'])).toEqual({
    code: 0,
    text: 'No longer journaled: public.papers. What was kept of them stays\n',
  })
  await database.query('insert into notes values (1)')
  await database.query('create table logs_1 partition of logs default')
  await database.query(
    `insert into s_tier.journal_readers (name, xid, position, holder, held_until) values ('r', '1', 0, 'h', now())`,
  )
  expect((await run(['status', url])).text).toMatch(
    /^There is a journal: schema s_tier, version 2\nServers .*\n1 event in \d+ kB, the oldest of \d{4}-.*Z; places are made until \d{4}-\d\d-\d\d\n {2}public.notes: journaled\n {2}public.logs: INCOMPLETE, triggers are missing: public.logs_1\nTo mend .*\n {2}public.papers: not journaled\nReaders:\n {2}r: 1 event behind, at .*Z\n$/,
  )
  expect((await run(['enable', url])).text).toContain('public.logs: mended')
  expect((await run(['disable', url])).text).toMatch(
    /^The journal is gone, with 1 event in \d+ kB: nothing is left\nNo longer journaled: public.notes, public.logs\n$/,
  )
  expect(await run(['disable', url])).toEqual(none)
})

test('the database, and the role that servers log in as, are those of the configuration', async () => {
  const environment = { DATABASE_URL: database.authenticatorUrl }
  expect((await run(['enable', database.url], environment)).text).toContain('as authenticator may')
  await run(['disable', database.url])
  const admin = { DATABASE_URL: database.url }
  expect((await run(['enable', 'public.notes'], admin)).text).toContain('add --for role')
  await database.query('create table s_tier.mine ()')
  expect((await run(['disable'], admin)).text).toContain('the schema s_tier stays')
  await database.query('drop schema s_tier cascade')
})

test.each([
  [[], 2, 'enable, disable or status'],
  [['constructor'], 2, "There is no 'constructor'"],
  [['status'], 3, 's-tier journal status postgres://'],
  [['status', 'mysql://x/y'], 3, 'ST030'],
  [['status', 'postgres://nobody:x@127.0.0.1:1/none'], 4, 'ST031'],
])('%j ends with %i', async (argv, code, text) => {
  expect(await run(argv)).toEqual({ code, text: expect.stringContaining(text) })
})

test('a table that cannot be journaled is told with what to do, and nothing is made', async () => {
  expect(await run(['enable', database.url, 'notes', 'cache'])).toEqual({
    code: 4,
    text: expect.stringMatching(/public\.cache is unlogged.*\n {2}What to do: .*set logged/),
  })
  expect((await run(['status', database.url])).text).toContain('There is no journal')
})
