import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createDatabase(`
    create schema auth;
    create function auth.check_request() returns void language plpgsql as $$
      declare asked text := current_setting('request.headers')::json ->> 'x-ask';
      begin
        perform set_config('app.tenant', coalesce(asked, 'none'), true);
        case asked
          when 'headers' then perform set_config('response.headers',
            '[{"X-Limit": "10"}, {"Set-Cookie": "a=1"}, {"Set-Cookie": "b=2"}, {"Vary": "X-Ask"}]', true);
          when 'unicode' then perform set_config('response.headers', '[{"X-Name": "größe 猫"}]', true);
          when 'status' then perform set_config('response.status', '206', true);
          when 'bad headers' then perform set_config('response.headers', '{"X": 1}', true);
          when 'bad status' then perform set_config('response.status', 'teapot', true);
          when 'raise' then raise sqlstate 'PT429' using message = 'Slow down', hint = 'Wait a little';
          when 'refuse' then raise insufficient_privilege using message = 'Not you';
          else null;
        end case;
      end $$;
    create view tenant as select current_setting('app.tenant') as name;
    grant usage on schema auth to anon;
    grant select on tenant to anon;
  `)
  server = await startServer(database.authenticatorUrl, {
    '--database-pre-request': 'auth.check_request',
    '--http-cors-origins': 'https://app.example',
  })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

const ask = (what: string) => server.get('/tenant', { headers: { 'x-ask': what } })

test('the function runs in the transaction, before the statement', async () => {
  expect(await ask('mine')).toMatchObject({ status: 200, body: '[{"name":"mine"}]' })
})

test('it sets headers of the answer, one of them twice; those of every answer stay', async () => {
  const { status, headers } = await ask('headers')
  expect(status).toBe(200)
  expect(headers).toMatchObject({ 'x-limit': '10', 'set-cookie': ['a=1', 'b=2'] })
  expect(headers.vary).toBe('Origin, X-Ask')
  expect((await ask('nothing')).headers).not.toHaveProperty('x-limit')
})

test('a header of any script is sent as UTF-8', async () => {
  const value = String((await ask('unicode')).headers['x-name'])
  expect(Buffer.from(value, 'latin1').toString()).toBe('größe 猫')
})

test('it sets the status', async () => {
  expect(await ask('status')).toMatchObject({ status: 206, body: '[{"name":"status"}]' })
})

test.each([
  ['bad headers', 'PGRST111'],
  ['bad status', 'PGRST112'],
])('%s are an error of the database: %s', async (what, code) => {
  const { status, body } = await ask(what)
  expect(status).toBe(500)
  expect(JSON.parse(body)).toMatchObject({ code })
})

test('it refuses a request with a status of its choice', async () => {
  const { status, body } = await ask('raise')
  expect(status).toBe(429)
  expect(body).toBe('{"code":"PT429","details":null,"hint":"Wait a little","message":"Slow down"}')
})

test('it refuses an anonymous caller like any privilege does', async () => {
  const { status, headers } = await ask('refuse')
  expect(status).toBe(401)
  expect(headers['www-authenticate']).toBe('Bearer')
})
