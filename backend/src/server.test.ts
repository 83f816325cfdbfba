import { createServer as createNetServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../tests/support/database.ts'
import { ignoreEvents, systemClock } from './base/index.ts'
import { readConfig } from './config.ts'
import { createServer, type Server } from './server.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase('create table notes (id int); grant select on notes to anon')
})
afterAll(() => database.drop())

async function create(flags: Readonly<Record<string, string>> = {}): Promise<Server> {
  const given = {
    '--database-url': database.authenticatorUrl,
    '--database-anon-role': 'anon',
    '--http-port': '0',
    ...flags,
  }
  const config = readConfig({ flags: new Map(Object.entries(given)) })
  const server = await createServer(config, { clock: systemClock, observe: ignoreEvents })
  onTestFinished(() => server.stop('the test is over'))
  return server
}

/** Connections that the server has in the database. */
async function connections(): Promise<number> {
  const [row] = await database.query<{ count: string }>(`
    select count(*) from pg_stat_activity
    where datname = current_database() and usename = 'authenticator'`)
  return Number(row?.count)
}

test('it listens when it is started, and says where', async () => {
  const server = await create()
  expect(server.addresses).toEqual([])
  await server.start()
  expect(server.addresses).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)])
  const response = await fetch(`${server.addresses[0]}/rest/v1/notes`)
  expect(await response.text()).toBe('[]')
})

test('an IPv6 address is told as a URL has it', async () => {
  const server = await create({ '--http-host': '::1' })
  await server.start()
  expect(server.addresses[0]).toMatch(/^http:\/\/\[::1\]:\d+$/)
})

test('without a database there is no server', async () => {
  await expect(
    create({ '--database-url': 'postgres://127.0.0.1:1/nowhere' }),
  ).rejects.toMatchObject({
    code: 'ST031',
  })
})

test('a start that fails leaves no connection behind', async () => {
  await expect(create({ '--database-schemas': 'nowhere' })).rejects.toMatchObject({ code: 'ST202' })
  await expect.poll(connections).toBe(0)
})

test('a port that is taken is told as Node tells it, and stopping then is all there is to do', async () => {
  const other = createNetServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const { port } = other.address() as AddressInfo
  const flags = { '--http-port': String(port), '--http-stop-delay-ms': '1h' }
  const server = await create(flags)
  await expect(server.start()).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await server.stop('it cannot listen') // Nobody to tell, so without the delay.
  expect(await connections()).toBe(0)
})

test('a server that never started stops too', async () => {
  const server = await create()
  await server.stop('a change of mind')
  expect(await connections()).toBe(0)
})

test('it reads definitions again when told', async () => {
  const server = await create({ '--catalog-check-every-ms': '0' })
  await server.start()
  const status = async () => (await fetch(`${server.addresses[0]}/rest/v1/later`)).status
  expect(await status()).toBe(404)
  await database.query('create table later (id int); grant select on later to anon')
  await server.reload()
  expect(await status()).toBe(200)
})
