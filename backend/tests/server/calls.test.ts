import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import type { RawRequest, RawResponse } from '../support/http-client.ts'
import { as, startServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createDatabase(`
    create table visits (id int generated always as identity, guest text);
    create table runs (n int);
    insert into runs values (0);
    create function visit(guests text[]) returns setof visits language sql
      as $$ insert into visits (guest) select unnest(guests) returning * $$;
    create function visit_quietly(guest text) returns void language sql stable
      as $$ select 1 $$;
    create function numbered() returns setof int language plpgsql as $$
      begin
        update runs set n = runs.n + 1;
        return query select generate_series(1, 5);
      end $$;
    create function counts() returns int language sql
      as $$ update runs set n = runs.n + 1 returning n $$;
    create function pretends_to_read() returns int language plpgsql stable
      as $$ begin return counts(); end $$;
    create function broken_promise() returns void language plpgsql stable
      as $$ begin raise 'called'; end $$;
    create function transaction() returns json language sql as $$ select json_build_object(
      'isolation', current_setting('transaction_isolation'),
      'read only', current_setting('transaction_read_only'),
      'timeout', current_setting('statement_timeout'),
      'memory', current_setting('work_mem')) $$;
    create function hoisted() returns json language plpgsql
      set statement_timeout = '4s' set work_mem = '5MB'
      set default_transaction_isolation = 'repeatable read'
      as $$ begin return transaction(); end $$;
    create function slow() returns void language plpgsql set statement_timeout = '30ms'
      as $$ begin perform pg_sleep(20); end $$;
    create function echo(bytea) returns bytea language sql immutable as $$ select $1 $$;
    create function size(bytea) returns int language sql immutable as $$ select length($1) $$;
    create function text_of(text) returns text language sql immutable as $$ select $1 $$;
    create function shape_of(value jsonb) returns text language sql immutable
      as $$ select jsonb_typeof(value) $$;
    create function any_json(json) returns json language sql immutable as $$ select $1 $$;
    create function many(variadic numbers int[]) returns int language sql immutable
      as $$ select coalesce(sum(n), 0)::int from unnest(numbers) as n $$;
    create function picked(a int) returns text language sql immutable as $$ select 'a' $$;
    create function picked(a int, b int) returns text language sql immutable as $$ select 'a, b' $$;
    create function picked(b text, c int default 0) returns text language sql immutable
      as $$ select 'b' $$;
    create function "Odd ""name"""("x y" int, "select" int default 1) returns int language sql immutable
      as $$ select "x y" + "select" $$;
    create function staff() returns text language sql stable as $$ select 'welcome' $$;
    create function staff(visits) returns text language sql stable as $$ select 'welcome' $$;
    revoke execute on function staff(), staff(visits) from public;
    grant execute on function staff(), staff(visits) to service_role;
    create schema private;
    create function private.hidden() returns int language sql as $$ select 1 $$;
    grant usage on schema private to public;
    grant all on visits, runs to anon, service_role;
    grant usage on all sequences in schema public to anon, service_role`)
  server = await startServer(database.authenticatorUrl, {
    '--database-extra-search-path': 'public,private',
    '--database-plan-enabled': 'true',
    '--pool-size-max': '1',
  })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

const get = (target: string, headers: Record<string, string> = {}) =>
  server.get(`/rpc/${target}`, { headers })
const post = (
  target: string,
  body: RawRequest['body'],
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<RawResponse> => server.get(`/rpc/${target}`, { method: 'POST', headers, body })
const told = ({ status, body }: RawResponse) => ({ status, body: JSON.parse(body) as unknown })

async function visits(): Promise<number> {
  return (await database.query('select from visits')).length
}

test('GET and HEAD read only, whatever the function is', async () => {
  expect(told(await get('visit?guests={Ada}'))).toMatchObject({
    status: 405,
    body: { code: '25006' },
  })
  expect(await server.get('/rpc/visit?guests={Ada}', { method: 'HEAD' })).toMatchObject({
    status: 405,
  })
  expect(await visits()).toBe(0)
})

test('POST lets volatile functions write, and no others', async () => {
  expect(told(await post('visit', '{"guests": ["Ada"]}'))).toMatchObject({
    status: 200,
    body: [{ guest: 'Ada' }],
  })
  expect(await visits()).toBe(1)
  const refused = told(await post('pretends_to_read', '{}'))
  expect(refused).toMatchObject({ status: 405, body: { code: '25006' } })
  await database.query('truncate visits')
})

test('a function runs once, however its rows are asked for', async () => {
  await database.query('update runs set n = 0')
  const headers = { prefer: 'count=exact' }
  const { status, headers: answered } = await post('numbered?limit=2&offset=1', '{}', headers)
  expect([status, answered['content-range']]).toEqual([206, '1-2/5'])
  expect(await database.query('select n from runs')).toEqual([{ n: 1 }])
})

test('a function that answers nothing is called all the same', async () => {
  expect(await post('visit_quietly', '{"guest": "Ada"}')).toMatchObject({ status: 204, body: '' })
  for (const method of ['GET', 'HEAD', 'POST']) {
    const { status } = await server.get('/rpc/broken_promise', { method })
    expect(status, method).toBe(400)
  }
})

test('what a function has written stays only if its rows are as many as they should be', async () => {
  const one = { accept: 'application/vnd.pgrst.object+json' }
  const two = '{"guests": ["Ada", "Grace"]}'
  expect(told(await post('visit', two, one))).toEqual({
    status: 406,
    body: {
      code: 'PGRST116',
      details: 'The result contains 2 rows',
      hint: null,
      message: 'Cannot coerce the result to a single JSON object',
    },
  })
  const few = { prefer: 'handling=strict, max-affected=1' }
  expect(told(await post('visit', two, few))).toMatchObject({
    status: 400,
    body: { code: 'PGRST124', details: 'The query affects 2 rows' },
  })
  expect(await visits()).toBe(0)
  expect((await post('visit?select=guest', '{"guests": ["Ada"]}', { ...one, ...few })).body).toBe(
    '{"guest":"Ada"}',
  )
  expect(await visits()).toBe(1)
})

test('settings of a function that are hoisted hold for its whole transaction', async () => {
  expect((await post('hoisted', '')).body).toBe(
    '{"isolation" : "repeatable read", "read only" : "off", "timeout" : "4s", "memory" : "5MB"}',
  )
  expect((await post('transaction', '')).body).toBe(
    '{"isolation" : "read committed", "read only" : "off", "timeout" : "0", "memory" : "4MB"}',
  )
  expect(told(await post('slow', ''))).toMatchObject({ status: 500, body: { code: '57014' } })
})

test('which settings are hoisted can be chosen', async () => {
  const other = await startServer(database.authenticatorUrl, {
    '--database-hoisted-settings': 'work_mem',
  })
  const request = { method: 'POST', body: '' } as const
  expect(JSON.parse((await other.get('/rpc/hoisted', request)).body)).toMatchObject({
    isolation: 'read committed',
    memory: '5MB',
  })
  await other.stop()
})

test('bytes come and go as they are', async () => {
  const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  const headers = {
    'content-type': 'application/octet-stream',
    accept: 'application/octet-stream',
  }
  const { status, headers: answered, bytes } = await post('echo', every, headers)
  expect(status).toBe(200)
  expect(answered['content-type']).toBe('application/octet-stream')
  expect(bytes.equals(every)).toBe(true)
  expect((await post('echo', '', headers)).bytes.length).toBe(0)
  const large = Buffer.alloc(300_000, every)
  const json = { 'content-type': 'application/octet-stream' }
  expect((await post('size', large, json)).body).toBe('300000')
  expect((await post('echo', Buffer.from([0, 255]), json)).body).toBe(String.raw`"\\x00ff"`)
})

test('text comes as it is, or is refused where PostgreSQL has no such text', async () => {
  const plain = { 'content-type': 'text/plain; charset=utf-8', accept: 'text/plain' }
  expect((await post('text_of', ' ¡Ñandú! 🦆\n', plain)).body).toBe(' ¡Ñandú! 🦆\n')
  expect(told(await post('text_of', Buffer.from([0xc3, 0x28]), plain))).toMatchObject({
    status: 400,
    body: { code: 'PGRST102' },
  })
  const { status } = await post('text_of', 'a\0b', plain)
  expect(status).toBe(400)
})

test('JSON goes to PostgreSQL as it came', async () => {
  const text = '{"b":1.10, "a" : 123456789012345678901234567890,"b":2}'
  expect((await post('any_json', text)).body).toBe(text)
  expect((await post('shape_of', '{"value": 1, "value": "x"}')).body).toBe('"string"')
})

test.each<[string, string | Buffer, string]>([
  ['half of JSON', '{"value": ', 'PGRST102'],
  ['nothing, where an argument is needed', '', 'PGRST202'],
  ['null, which is no argument', 'null', 'PGRST202'],
  ['a text, which is no argument', '"text"', 'PGRST202'],
  ['an array of numbers', '[1]', 'PGRST102'],
  ['objects with different keys', '[{"value": 1}, {"other": 1}]', 'PGRST102'],
  ['very deep JSON', `{"value": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'PGRST102'],
  ['a NUL character', String.raw`{"value": "\u0000"}`, '22P05'],
  ['a key without a name', '{"value": 1, "": 2}', 'PGRST202'],
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'PGRST102'],
])('a body of %s is refused as the client’s mistake', async (_what, body, code) => {
  const { status, body: answered } = await post('shape_of', body)
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  expect(JSON.parse(answered)).toMatchObject({ code })
})

test('JSON of a depth that PostgreSQL can read is read', async () => {
  const deep = `${'['.repeat(4_000)}${']'.repeat(4_000)}`
  expect((await post('shape_of', `{"value": ${deep}}`)).body).toBe('"array"')
})

test('several values are one variadic argument', async () => {
  expect((await get('many?numbers=1&numbers=2&numbers=39')).body).toBe('42')
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await post('many', 'numbers=40&numbers=2', form)).body).toBe('42')
  expect((await post('many', '{"numbers": [40, 2]}')).body).toBe('42')
  const thousands = Array.from({ length: 70_000 }, () => 'numbers=1').join('&')
  expect((await post('many', thousands, form)).body).toBe('70000')
})

test.each([
  ['picked?a=1', 'a'],
  ['picked?b=1&a=2', 'a, b'],
  ['picked?b=1', 'b'],
  ['picked?c=1&b=2', 'b'],
])('%s is the overload with (%s)', async (target, name) => {
  expect((await get(target)).body).toBe(JSON.stringify(name))
})

test('no overload is chosen by half of its parameters', async () => {
  expect(told(await get('picked?c=1'))).toMatchObject({ status: 404, body: { code: 'PGRST202' } })
})

test('names with quotes, spaces and key words are only names', async () => {
  const name = encodeURIComponent('Odd "name"')
  expect((await get(`${name}?x y=41`)).body).toBe('42')
  expect((await post(name, '{"x y": 40, "select": 2}')).body).toBe('42')
})

test('functions of the extra search path are not called', async () => {
  expect(await get('hidden')).toMatchObject({ status: 404 })
})

test('a right to execute is that of the role, even where another role has just used it', async () => {
  // One connection: the plan that was made for one role must not serve another.
  const staff = as('service_role')
  expect((await get('staff', staff)).body).toBe('"welcome"')
  expect(told(await get('staff'))).toMatchObject({ status: 401, body: { code: '42501' } })
  expect((await get('staff', staff)).body).toBe('"welcome"')
  const computed = '/visits?select=staff'
  await server.get(computed, { headers: staff })
  expect((await server.get(computed)).status).toBe(401)
})

test('the plan of a call', async () => {
  const accept = 'application/vnd.pgrst.plan+json; options=verbose'
  const { status, body } = await post('many', '{"numbers": [1]}', { accept })
  expect(status).toBe(200)
  expect(body).toContain('"Subplan Name": "CTE called"')
})

test('where nothing has a schema of its own, a function that is not there is not found', async () => {
  expect(told(await post('nowhere', '{}'))).toMatchObject({
    status: 404,
    body: { code: 'PGRST202' },
  })
  expect(await server.get('/rpc/nowhere', { method: 'OPTIONS' })).toMatchObject({ status: 404 })
})

test('other methods call nothing', async () => {
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    const response = await server.get('/rpc/many', { method })
    expect(told(response)).toEqual({
      status: 405,
      body: {
        code: 'PGRST101',
        details: null,
        hint: null,
        message: `Cannot use the ${method} method on RPC`,
      },
    })
  }
})
