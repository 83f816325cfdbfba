import { Agent } from 'node:http'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Clock, systemClock } from '../../src/base/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { send } from '../support/http-client.ts'
import { holdLock, type Lock, WAITING_SQL } from '../support/lock.ts'
import { startServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(
    `${WAITING_SQL} create view quick as select 2 as id; grant select on quick to anon`,
  )
})
afterAll(() => database.drop())

/** Nothing may end because its time is over, unless a test says so. */
const PATIENT = { '--http-drain-ms': '1h' }

async function serve(
  flags: Readonly<Record<string, string>> = PATIENT,
  clock?: Clock,
): Promise<TestServer> {
  const server = await startServer(database.authenticatorUrl, flags, clock)
  onTestFinished(server.stop)
  return server
}

async function hold(): Promise<Lock> {
  const lock = await holdLock(database)
  onTestFinished(lock.release)
  return lock
}

function keepAlive(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  return agent
}

test('a request in flight is finished, and new connections are refused meanwhile', async () => {
  const server = await serve()
  const lock = await hold()
  const answer = server.get('/waiting')
  await lock.awaited(1)
  const stopped = server.stop()
  await expect.poll(() => server.get('/quick').catch(error => error.code)).toBe('ECONNREFUSED')
  await lock.release()
  expect(await answer).toMatchObject({ status: 200, body: '[{"id":1}]' })
  await stopped
})

test('an idle connection does not keep the server from stopping', async () => {
  const server = await serve()
  const agent = keepAlive()
  await send(server.address, { method: 'GET', target: '/quick', headers: {} }, agent)
  expect(Object.keys(agent.freeSockets)).toHaveLength(1)
  await server.stop()
})

test('neither does the connection of a request that was in flight', async () => {
  const server = await serve()
  const lock = await hold()
  const agent = keepAlive()
  const request = { method: 'GET', target: '/waiting', headers: {} }
  const answer = send(server.address, request, agent)
  await lock.awaited(1)
  const stopped = server.stop()
  await lock.release()
  expect(await answer).toMatchObject({ status: 200, headers: { connection: 'close' } })
  await stopped
})

test('with http.stopDelayMs it says first that it is not ready, and serves on', async () => {
  let passDelay = () => {}
  const clock: Clock = {
    ...systemClock,
    after(delayMs, callback) {
      if (delayMs !== 4_321) return systemClock.after(delayMs, callback)
      passDelay = callback
      return () => undefined
    },
  }
  const server = await serve({ ...PATIENT, '--http-stop-delay-ms': '4321' }, clock)
  expect((await server.get('/ready')).body).toBe('{"status":"ready"}')
  const stopped = server.stop()
  const ready = await server.get('/ready')
  expect(ready.status).toBe(503)
  expect(JSON.parse(ready.body)).toMatchObject({
    status: 'not ready',
    checks: [{ name: 'serving', ok: false }, ...Array.from({ length: 5 }, () => ({ ok: true }))],
  })
  expect((await server.get('/live')).status).toBe(200)
  expect((await server.get('/quick')).body).toBe('[{"id":2}]')
  passDelay()
  await stopped
  await expect(server.get('/quick')).rejects.toThrow('ECONNREFUSED')
})

test('what is in flight after http.drainMs is cut off, in the database too', async () => {
  const server = await serve({ '--http-drain-ms': '0' })
  const lock = await hold()
  const answer = server.get('/waiting').catch(error => error.code)
  await lock.awaited(1)
  await server.stop()
  expect(await answer).toBe('ECONNRESET')
  await lock.awaited(0)
})

test('stopping twice is stopping once', async () => {
  const server = await serve()
  await Promise.all([server.server.stop('one'), server.server.stop('another')])
  await server.stop()
  const open = await database.query(
    `select from pg_stat_activity where datname = current_database() and usename = 'authenticator'`,
  )
  expect(open).toEqual([])
})
