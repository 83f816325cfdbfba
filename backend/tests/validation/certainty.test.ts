import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { as, startServer, type TestServer } from '../support/server.ts'

const SCHEMA = `
  create function touch() returns trigger language plpgsql as 'begin new.qty := coalesce(new.qty, 1); return new; end';
  create table plain (id int primary key, qty int not null check (qty > 0), name varchar(3));
  create table touched (like plain including all);
  create trigger touch before insert on touched for each row execute function touch();
  create table after (like plain including all);
  create trigger touch after insert on after for each row execute function touch();
  create table ruled (like plain including all);
  create rule nothing as on insert to ruled do instead nothing;
  create table hidden (like plain including all);
  create table guarded (like plain including all);
  alter table guarded enable row level security;
  create policy own on guarded using (qty < 10) with check (qty < 10);
  create table shut (like plain including all);
  alter table shut enable row level security;
  create table parts (id int, qty int not null check (qty > 0)) partition by list (id);
  create table parts_1 partition of parts for values in (1);
  create table touched_parts (id int, qty int not null) partition by list (id);
  create table touched_part partition of touched_parts default;
  create domain title as text not null;
  create table entitled (id int primary key, heading title, name varchar(3));
  create trigger touch before insert on entitled for each row execute function touch();
  create trigger touch before insert on touched_part for each row execute function touch();
  create view seen as select * from plain;
  create function add(a int, b numeric default 0) returns numeric language plpgsql as 'begin return a + b; end';
  create function added(a int) returns int language sql stable as 'select a';
  create function secret(a int) returns int language plpgsql as 'begin return a; end';
  revoke execute on function secret from public;
  grant usage on schema public to anon, authenticated;
  grant all on all tables in schema public to authenticated;
  grant all on plain to anon;
  revoke all on hidden from authenticated;
  grant select on hidden to authenticated;
`

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createDatabase(SCHEMA)
  server = await startServer(database.authenticatorUrl, {
    '--database-transaction-end': 'rollback',
  })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

/** Who refused it, and for what. */
async function verdict(
  target: string,
  body: unknown,
  headers: Record<string, string> = as('authenticated'),
  method = 'POST',
  on: TestServer = server,
) {
  const type = 'content-type' in headers ? {} : { 'content-type': 'application/json' }
  const sent = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await on.get(target, { method, headers: { ...type, ...headers }, body: sent })
  if (answer.status < 300) return 'taken'
  const { code, errors } = JSON.parse(answer.body) as {
    code: string
    errors?: { pointer: string }[]
  }
  return `${errors === undefined ? 'PostgreSQL' : errors.map(({ pointer }) => pointer).join()}: ${code}`
}

test.each([
  ['plain', { id: 'x' }, '/id,/qty: 22P02'],
  ['plain', { id: 1 }, '/qty: 23502'],
  ['plain', { id: 1, qty: 0 }, '/qty: 23514'],
  ['plain', { id: 1, qty: 1, name: 'long' }, '/name: 22001'],
  [
    'plain',
    [
      { id: 1, qty: 1 },
      { id: 2, qty: 0 },
    ],
    '/1/qty: 23514',
  ],
  ['plain', { id: 1, qty: 1, name: 'a\u0000' }, ': 22P05'],
  ['plain', { id: 1, qty: 1 }, 'taken'],
  ['after', { id: 1, qty: 0 }, '/qty: 23514'],
  ['parts', { id: 'x', qty: 0 }, '/id: 22P02'],
  ['parts', { id: 1, qty: 0 }, 'PostgreSQL: 23514'],
  ['parts', { id: 2 }, 'PostgreSQL: 23514'], // For there is no partition.
])('the rows of %s, such as %j: %s', async (table, row, expected) => {
  expect(await verdict(`/${table}`, row)).toBe(expected)
})

test('where a trigger may change rows, only their values are certain', async () => {
  expect(await verdict('/touched', { id: 1 })).toBe('taken')
  expect(await verdict('/touched', { id: 1, qty: 0 })).toBe('PostgreSQL: 23514')
  expect(await verdict('/touched', { id: 'x' })).toBe('/id: 22P02')
  expect(await verdict('/touched', { id: 1, name: 'long' })).toBe('/name: 22001')
  expect(await verdict('/touched_parts', { id: 1 })).toBe('taken')
})

test('what a domain says of a value that is left out, it says before a trigger, and in the order of the columns', async () => {
  expect(await verdict('/entitled', { id: 1, name: 'long' })).toBe('/name,/heading: 23502')
  expect(await verdict('/entitled', { id: 'x', name: 'long' })).toBe('/id,/name,/heading: 22P02')
})

test('where a rule replaces the statement, nothing is', async () => {
  expect(await verdict('/ruled', { id: 'x' })).toBe('PostgreSQL: 0A000') // It cannot answer what was written.
})

test('views are left to PostgreSQL', async () => {
  expect(await verdict('/seen', { id: 'x' })).toBe('PostgreSQL: 22P02')
})

test('who may not write is told that, and not what rows have to be', async () => {
  expect(await verdict('/hidden', { id: 'x' })).toBe('PostgreSQL: 42501')
  expect(await verdict('/guarded', { id: 1 }, {})).toBe('PostgreSQL: 42501')
  expect(await verdict('/shut', { id: 1 })).toBe('PostgreSQL: 42501')
  expect(await verdict('/guarded', { id: 1, qty: 20 })).toBe('PostgreSQL: 42501')
  expect(await verdict('/guarded', { id: 1 })).toBe('/qty: 23502')
  const reading = { prefer: 'return=representation' }
  const embeds = '/plain?select=*,seen(id)'
  expect(await verdict(embeds, { id: 'x' }, { ...as('authenticated'), ...reading })).toMatch(
    /^PostgreSQL/,
  )
})

test('an update is refused by PostgreSQL alone, as far as it meets rows; all that is wrong is told then', async () => {
  await database.query('insert into after values (7, 7), (8, 8); insert into touched values (7, 7)')
  const patch = (target: string, body: unknown) =>
    verdict(target, body, as('authenticated'), 'PATCH')
  const bad = { id: 'x', qty: 1.5, name: 'long' }
  expect(await patch('/after?id=eq.7', bad)).toBe('/id,/qty,/name: 22P02')
  expect(await patch('/after?id=eq.70', { ...bad, name: 'x' })).toMatch(/^(?:taken|.*: 22P02)$/)
  expect(await patch('/after?id=eq.7', { name: 'long' })).toBe('/name: 22001')
  expect(await patch('/after?id=eq.70', { name: 'long' })).toBe('taken')
  expect(await patch('/after?id=eq.7', { qty: null })).toBe('PostgreSQL: 23502')
  expect(await patch('/after?id=eq.70', { qty: null })).toBe('taken')
  expect(await patch('/after?id=eq.7', { qty: 0 })).toBe('PostgreSQL: 23514')
  expect(await patch('/after?id=eq.7', { id: 8, name: 'ok' })).toBe('PostgreSQL: 23505')
  expect(await patch('/hidden?id=eq.7', bad)).toBe('PostgreSQL: 42501')
})

test('an update may meet no row: only what takes no value from anybody is certain', async () => {
  expect(await verdict('/plain?id=eq.7', { qty: 'x' }, as('authenticated'), 'PATCH')).not.toMatch(
    /^\//,
  )
  const put = (id: unknown) => verdict('/plain?id=eq.1', { id, qty: 0 }, as('authenticated'), 'PUT')
  expect(await put(1)).toBe('PostgreSQL: 23514')
  expect(await put('x')).toBe('/id: 22P02')
})

test('keys of columns= count, and of a key that comes twice the last value', async () => {
  expect(await verdict('/plain?columns=id,qty', { id: 1, qty: 1, name: 'long' })).toBe('taken')
  expect(await verdict('/plain?columns=id,qty', [{ id: 1, qty: 2 }, { id: 2 }])).toBe(
    '/1/qty: 23502',
  )
  expect(await verdict('/plain', '{"id":"x","id":1,"qty":1}')).toBe('taken')
  expect(await verdict('/plain', '{"id":1,"qty":1,"qty":0}')).toBe('PostgreSQL: 23514')
})

test('CSV and forms are rows too', async () => {
  const csv = { ...as('authenticated'), 'content-type': 'text/csv' }
  expect(await verdict('/plain', 'id,qty\n1,1\n2,x\n', csv)).toBe('/1/qty: 22P02')
  expect(await verdict('/plain', 'id,qty\n1,NULL\n', csv)).toBe('/0/qty: 23502')
  const form = { ...as('authenticated'), 'content-type': 'application/x-www-form-urlencoded' }
  expect(await verdict('/plain', 'id=1&qty=0', form)).toBe('/qty: 23514')
})

test('a merge is refused as an insert is', async () => {
  const merge = { ...as('authenticated'), prefer: 'resolution=merge-duplicates' }
  expect(await verdict('/plain', { id: 1 }, merge)).toBe('/qty: 23502')
})

test('the same request may have been answered already', async () => {
  const key = { ...as('authenticated'), 'idempotency-key': '5f0e2c3a-1b2c-4d5e-8f90-a1b2c3d4e5f6' }
  expect(await verdict('/plain', { id: 'x' }, key)).toMatch(/^PostgreSQL/)
})

test('arguments', async () => {
  expect(await verdict('/rpc/add', { a: 'x', b: 'y' })).toBe('/a,/b: 22P02')
  expect(await verdict('/rpc/add', [{ a: 1.5 }])).toBe('/0/a: 22P02')
  expect(await verdict('/rpc/add', { a: 1 })).toBe('taken')
  expect(await verdict('/rpc/added', { a: 'x' })).toBe('PostgreSQL: 22P02')
  expect(await verdict('/rpc/secret', { a: 'x' })).toBe('PostgreSQL: 42501')
  expect(await verdict('/rpc/add?a=x', '', {}, 'GET')).toMatch(/^(?:\/a: 22P02|PostgreSQL: 25006)$/)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  expect(await verdict('/rpc/add', 'a=x', form)).toBe('/a: 22P02')
})

test('a plan is only a plan, and a function that runs before may think otherwise', async () => {
  const plan = { ...as('authenticated'), accept: 'application/vnd.pgrst.plan' }
  await database.query("create function check_request() returns void language sql as ''")
  const flags = { '--database-transaction-end': 'rollback', '--database-plan-enabled': 'true' }
  const other = await startServer(database.authenticatorUrl, flags)
  expect(await verdict('/plain', { id: 'x' }, plan, 'POST', other)).toBe('taken')
  await other.stop()
  const before = await startServer(database.authenticatorUrl, {
    '--database-pre-request': 'check_request',
  })
  expect(await verdict('/plain', { id: 'x' }, as('authenticated'), 'POST', before)).toBe(
    'PostgreSQL: 22P02',
  )
  await before.stop()
})
