import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createDatabase(`
    create function fail(state text, message text, detail text) returns int language plpgsql as $$
      begin raise exception using errcode = state, message = message, detail = detail, hint = 'a hint'; end $$;
    create view payment as select fail('PT402', 'Pay first', 'Nothing is free') as id;
    create view teapot as select fail('PGRST',
      '{"code": "TEA", "message": "I am a teapot", "hint": "Ask for tea"}',
      '{"status": 418, "headers": {"X-Tea": "grün", "Retry-After": "5"}}') as id;
    create view unreadable as select fail('PGRST', 'no JSON', 'at all') as id;
    create view plain as select fail('P0001', 'No', '') as id;
    grant select on all tables in schema public to anon;
  `)
  server = await startServer(database.authenticatorUrl)
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

test('PTxyz answers the status xyz', async () => {
  expect(await server.get('/payment')).toMatchObject({
    status: 402,
    body: '{"code":"PT402","details":"Nothing is free","hint":"a hint","message":"Pay first"}',
  })
})

test('PGRST writes the whole answer', async () => {
  expect(await server.get('/teapot')).toMatchObject({
    status: 418,
    headers: { 'x-tea': Buffer.from('grün').toString('latin1'), 'retry-after': '5' },
    body: '{"code":"TEA","details":null,"hint":"Ask for tea","message":"I am a teapot"}',
  })
})

test('what PGRST wrote must be readable', async () => {
  const { status, body } = await server.get('/unreadable')
  expect(status).toBe(500)
  expect(JSON.parse(body)).toMatchObject({ code: 'PGRST121' })
})

test('any other exception is a bad request', async () => {
  expect(await server.get('/plain')).toMatchObject({
    status: 400,
    body: '{"code":"P0001","details":"","hint":"a hint","message":"No"}',
  })
})
