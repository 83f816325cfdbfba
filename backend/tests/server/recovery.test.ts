import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { holdLock, WAITING_SQL } from '../support/lock.ts'
import { startServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(WAITING_SQL)
})
afterAll(() => database.drop())

async function serve(flags: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const server = await startServer(database.authenticatorUrl, flags)
  onTestFinished(server.stop)
  return server
}

/** Ends every connection of the server: pool and listener. */
async function terminate(): Promise<void> {
  await database.query(`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = 'authenticator'`)
}

const kinds = ({ events }: TestServer) => events.map(({ kind }) => kind)

test('reads whose connections are cut are answered all the same', async () => {
  const server = await serve({ '--pool-size-max': '3' })
  const lock = await holdLock(database)
  onTestFinished(lock.release)
  const answers = Array.from({ length: 3 }, () => server.get('/waiting'))
  await lock.awaited(3)
  await terminate()
  await lock.release()
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200])
  expect(kinds(server)).toContain('pool.disconnected')
})

test('a read is tried again for so long only: then it gets the error, and the next is served', async () => {
  const server = await serve()
  const lock = await holdLock(database)
  onTestFinished(lock.release)
  const answer = server.get('/waiting')
  for (let tries = 0; tries < 3; tries++) {
    await lock.awaited(1)
    await terminate()
    await lock.awaited(0)
  }
  const { status, headers, body } = await answer
  expect(status).toBe(503)
  expect(headers['retry-after']).toBe('1')
  expect(JSON.parse(body)).toMatchObject({ code: 'PGRST001', details: null, hint: null })
  await lock.release()
  expect((await server.get('/waiting')).status).toBe(200)
})

test('a connection that is cut while it is free costs no request', async () => {
  const server = await serve()
  await server.get('/waiting')
  await terminate()
  await expect.poll(() => kinds(server)).toContain('pool.disconnected')
  expect((await server.get('/waiting')).status).toBe(200)
})

test('a lost listener comes back, and reads the catalog that it may have missed', async () => {
  const server = await serve()
  await terminate()
  await database.query('create table missed (id int); grant select on missed to anon')
  await expect.poll(async () => (await server.get('/missed')).status, { timeout: 20_000 }).toBe(200)
  expect(kinds(server)).toContain('listener.disconnected')
})

test('while the database takes no connections every request says so; /ready too; then all is well', async () => {
  const server = await serve({ '--catalog-check-every-ms': '20' })
  await database.query(`alter database ${database.name} connection limit 0`)
  await terminate()
  await expect.poll(async () => (await server.get('/ready')).status).toBe(503)
  const refused = await server.get('/waiting')
  expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
  expect(refused.body).toBe(
    '{"code":"PGRST000","details":null,"hint":null,"message":"Database connection error. Retrying the connection."}',
  )
  expect((await server.get('/live')).status).toBe(200)
  await database.query(`alter database ${database.name} connection limit -1`)
  expect((await server.get('/waiting')).status).toBe(200)
  await expect.poll(async () => (await server.get('/ready')).status, { timeout: 20_000 }).toBe(200)
})
