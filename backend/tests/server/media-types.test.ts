import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCsv } from '../../src/api/rest/payload/csv.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startServer, type TestServer } from '../support/server.ts'

const page = readFileSync(
  new URL('../../../docs/reference/media-types.md', import.meta.url),
  'utf8',
)
const [, example = ''] = /```sql\n(.*?)```/s.exec(page) ?? []

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createDatabase(`${example}
    grant insert, update, delete on people to anon;

    create domain "text/plain" as text;
    create function greeting() returns "text/plain" language sql immutable as $$ select 'Good day' $$;
    create function nobody() returns "text/plain" language sql immutable as $$ select null $$;
    create function everybody() returns setof people language sql stable as $$ select * from people $$;
    create domain "text/x-list" as text;
    create function add_any(state text, next anyelement) returns "text/x-list" language sql immutable
      as $$ select concat(state, next, ';') $$;
    create aggregate listed(anyelement) (sfunc = add_any, stype = "text/x-list", initcond = '');
    create function number() returns int language sql immutable as $$ select 7 $$;
    create function numbers() returns setof int language sql immutable as $$ select * from generate_series(1, 3) $$;
    create type pair as (one text, other text);
    create table paths (path text, pairs pair[], "name, ""quoted""" text);
    insert into paths values
      ('C:\\new\\', array[('a\\b', 'c"d')::pair], null), ('\\\\host', array[null, ('', ' ')::pair], '');
    grant select on paths to anon;
    create domain "*/*" as bytea;
    create function anything() returns "*/*" language sql immutable as $$ select '\\x00ff'::bytea $$`)
  await database.query(`alter database ${database.name} set bytea_output = 'escape'`)
  server = await startServer(database.authenticatorUrl, { '--database-plan-enabled': 'true' })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

const ask = (target: string, accept: string, method = 'GET') =>
  server.get(target, { method, headers: { accept } })

const card = (name: string) => `BEGIN:VCARD\r\nVERSION:4.0\r\nFN:${name}\r\nEND:VCARD\r\n`

test('the example of the reference page answers as it says', async () => {
  const cards = await ask('/people?order=id', 'text/vcard')
  expect(cards).toMatchObject({ status: 200, body: card('Ada') + card('Grace') })
  expect(cards.headers).toMatchObject({ 'content-type': 'text/vcard', 'content-range': '0-1/*' })
})

test('a function gives the very bytes, whatever bytea_output says', async () => {
  const { status, headers, bytes } = await ask('/rpc/pixel', 'image/gif')
  expect(status).toBe(200)
  expect(headers).toMatchObject({ 'content-type': 'image/gif', 'content-length': '42' })
  expect(bytes.subarray(0, 6).toString()).toBe('GIF89a')
  expect((await ask('/rpc/pixel', 'text/html, image/gif, */*;q=0.8')).bytes).toEqual(bytes)
})

test('a function gives text, and nothing where it answers null', async () => {
  const greeting = await ask('/rpc/greeting', 'text/plain')
  expect(greeting.body).toBe('Good day')
  expect(greeting.headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(await ask('/rpc/nobody', 'text/plain')).toMatchObject({ status: 200, body: '' })
})

test('as JSON it is a value like any other', async () => {
  expect((await ask('/rpc/greeting', 'application/json')).body).toBe('"Good day"')
})

test('a function of any type takes whatever is asked for', async () => {
  for (const accept of ['no/such', '*/*', 'application/json']) {
    const { headers, bytes } = await ask('/rpc/anything', accept)
    expect(headers['content-type']).toBe('application/octet-stream')
    expect([...bytes]).toEqual([0, 255])
  }
})

test('rows that a function answers are made as those of their relation', async () => {
  expect((await ask('/rpc/everybody?order=id.desc', 'text/vcard')).body).toBe(
    card('Grace') + card('Ada'),
  )
  expect((await ask('/rpc/everybody?select=id', 'text/vcard')).status).toBe(406)
})

test('an aggregate over anything takes a value, values as rows, and rows', async () => {
  expect((await ask('/rpc/number', 'text/x-list')).body).toBe('7;')
  expect((await ask('/rpc/numbers', 'text/x-list')).body).toBe('(1);(2);(3);')
  expect((await ask('/people?order=id', 'text/x-list')).body).toBe('(1,Ada);(2,Grace);')
})

test('HEAD tells the type and makes nothing', async () => {
  const { status, headers, bytes } = await ask('/rpc/pixel', 'image/gif', 'HEAD')
  expect({ status, length: bytes.length }).toEqual({ status: 200, length: 0 })
  expect(headers['content-type']).toBe('image/gif')
})

test('the plan of what a handler makes', async () => {
  const plan = 'application/vnd.pgrst.plan+json; for="text/vcard"; options=verbose'
  const { status, headers, body } = await ask('/people', plan)
  expect(status).toBe(200)
  expect(headers['content-type']).toContain('for="text/vcard"')
  expect(body).toContain('cards')
})

test('what a write leaves is made by handlers too', async () => {
  const headers = { accept: 'text/vcard', prefer: 'return=representation, tx=rollback' }
  const body = '[{"id":3,"name":"Edsger"},{"id":4,"name":"Barbara"}]'
  const written = await server.get('/people', { method: 'POST', headers, body })
  expect(written).toMatchObject({ status: 201, body: card('Edsger') + card('Barbara') })
  expect(written.headers['content-type']).toBe('text/vcard')
  const removed = await server.get('/people?id=gte.3', { method: 'DELETE', headers })
  expect(removed).toMatchObject({ status: 200, body: card('Edsger') + card('Barbara') })
})

test('a write that asks for what cannot be made is refused and not done', async () => {
  for (const prefer of ['return=representation', 'return=minimal']) {
    const headers = { accept: 'image/png', prefer }
    const body = '{"id":5,"name":"Nobody"}'
    const refused = await server.get('/people', { method: 'POST', headers, body })
    expect(refused.status).toBe(406)
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'PGRST107' })
  }
  expect((await ask('/people?id=eq.5', 'application/json')).body).toBe('[]')
})

test('CSV has the text of each value, backslashes within rows within arrays included', async () => {
  const { body } = await ask('/paths', 'text/csv')
  const [first, second] = await database.query<{ path: string; pairs: string }>(
    'select path, pairs::text from paths',
  )
  expect(readCsv(body)).toEqual({
    columns: ['path', 'pairs', 'name, "quoted"'],
    rows: [first, second].map(row => [row?.path, row?.pairs, '']),
  })
  const [, withNull = '', withEmpty] = body.split('\n')
  expect([withNull.slice(-1), withEmpty?.slice(-3)]).toEqual([',', ',""'])
})
