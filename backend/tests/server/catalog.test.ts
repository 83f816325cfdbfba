import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { holdLock, WAITING_SQL } from '../support/lock.ts'
import { startServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(`
    ${WAITING_SQL}
    create schema second;
    create table second.things (id int);
    grant usage on schema second to anon;
    grant select on second.things to anon`)
})
afterAll(() => database.drop())

async function serve(flags: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const server = await startServer(database.authenticatorUrl, flags)
  onTestFinished(server.stop)
  return server
}

const create = (name: string) =>
  database.query(`create table ${name} (id int); grant select on ${name} to anon`)

const status = async (server: TestServer, path: string) => (await server.get(path)).status
/** Time enough for any machine; nothing here says how long it takes. */
const PATIENT = { timeout: 20_000 }

test('a new table is served without anybody saying so, a dropped one no more', async () => {
  const server = await serve({ '--catalog-check-every-ms': '100' })
  expect(await status(server, '/noticed')).toBe(404)
  await create('noticed')
  await expect.poll(() => status(server, '/noticed'), PATIENT).toBe(200)
  await database.query('drop table noticed')
  await expect.poll(() => status(server, '/noticed'), PATIENT).toBe(404)
})

test("without looking itself, it waits for NOTIFY pgrst, 'reload schema'", async () => {
  const server = await serve()
  await create('notified')
  expect(await status(server, '/notified')).toBe(404)
  await database.query(`notify pgrst, 'reload config'`)
  expect(await status(server, '/notified')).toBe(404)
  await database.query(`notify pgrst, 'reload schema'`)
  await expect.poll(() => status(server, '/notified'), PATIENT).toBe(200)
})

test('or to be told', async () => {
  const server = await serve()
  await create('told')
  await server.server.reload()
  expect(await status(server, '/told')).toBe(200)
})

test('a request in flight is not disturbed by a reload', async () => {
  const server = await serve()
  const lock = await holdLock(database)
  onTestFinished(lock.release)
  const answer = server.get('/waiting')
  await lock.awaited(1)
  await create('meanwhile')
  await server.server.reload()
  expect(await status(server, '/meanwhile')).toBe(200)
  await lock.release()
  expect(await answer).toMatchObject({ status: 200, body: '[{"id":1}]' })
})

test('when the catalog cannot be read the old one stays, /ready says so, and it comes back by itself', async () => {
  const server = await serve({ '--database-schemas': 'second,public' })
  expect((await server.get('/ready?verbose')).body).toMatch(
    /^\{"status":"ready","checks":\[.*\{"name":"catalog","ok":true,"detail":"version [\w-]+"\}/,
  )
  await database.query('alter schema second rename to elsewhere')
  await server.server.reload()
  const ready = await server.get('/ready')
  expect(ready.status).toBe(503)
  expect(JSON.parse(ready.body).checks[1]).toEqual({
    name: 'catalog',
    ok: false,
    detail: 'could not be read again',
  })
  const headers = { 'accept-profile': 'public' }
  expect((await server.get('/waiting', { headers })).status).toBe(200)
  await database.query('alter schema elsewhere rename to second')
  await expect.poll(() => status(server, '/ready'), PATIENT).toBe(200)
  expect(await status(server, '/things')).toBe(200)
})
