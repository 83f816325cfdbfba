import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createDatabase(`
    create view slow as select 1 as id from pg_sleep(30);
    create view quick as select 1 as id;
    grant select on slow, quick to anon;
  `)
  server = await startServer(database.authenticatorUrl)
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

test('clients with little patience open no breaker: the database has done nothing wrong', async () => {
  const impatient = { headers: { prefer: 'wait=1' } }
  const asked = Array.from({ length: 12 }, () => server.get('/slow', impatient))
  for (const answer of await Promise.all(asked)) {
    expect(answer).toMatchObject({ status: 504, body: expect.stringContaining('"ST514"') })
  }
  expect(server.events.filter(({ kind }) => kind === 'breaker.changed')).toEqual([])
  expect(await server.get('/quick')).toMatchObject({ status: 200, body: '[{"id":1}]' })
})
