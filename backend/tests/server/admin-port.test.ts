import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { send } from '../support/http-client.ts'
import { startServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(`
    create table ready (id int);
    insert into ready values (7);
    grant select on ready to anon`)
})
afterAll(() => database.drop())

async function serve(flags: Readonly<Record<string, string>>): Promise<TestServer> {
  const server = await startServer(database.authenticatorUrl, flags)
  onTestFinished(server.stop)
  return server
}

const doubts = ({ events }: TestServer) =>
  events.flatMap(event => (event.kind === 'catalog.doubt' ? [event.message] : []))

test('by default the paths of health come before relations of their names, which is told', async () => {
  const server = await serve({})
  expect(server.server.adminAddress).toBeUndefined()
  expect((await server.get('/ready')).body).toBe('{"status":"ready"}')
  expect(doubts(server)).toEqual([expect.stringContaining(`'public.ready'`)])
})

test('a prefix keeps them apart', async () => {
  const server = await serve({ '--rest-prefix': '/rest/v1' })
  expect((await server.get('/ready')).body).toBe('{"status":"ready"}')
  expect((await server.get('/rest/v1/ready')).body).toBe('[{"id":7}]')
  expect(doubts(server)).toEqual([])
})

test('with a port of its own health is served there, and nothing else is', async () => {
  const server = await serve({ '--http-admin-port': '0', '--http-admin-host': '127.0.0.1' })
  const { adminAddress = '' } = server.server
  expect(adminAddress).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const ask = (target: string) => send(adminAddress, { method: 'GET', headers: {}, target })
  expect((await ask('/ready')).body).toBe('{"status":"ready"}')
  expect((await ask('/live')).status).toBe(200)
  expect((await ask('/notes')).status).toBe(404)
  expect((await server.get('/ready')).body).toBe('[{"id":7}]')
  expect((await server.get('/live')).status).toBe(404)
  expect(doubts(server)).toEqual([])
})

test('a function to call before requests that is not there is told at the start', async () => {
  const flags = { '--rest-prefix': '/rest/v1', '--database-pre-request': 'nowhere.check' }
  expect(doubts(await serve(flags))).toEqual([expect.stringContaining(`'nowhere.check'`)])
  const there = { '--rest-prefix': '/rest/v1', '--database-pre-request': 'now' }
  expect(doubts(await serve(there))).toEqual([])
})
