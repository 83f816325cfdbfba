import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { holdLock, type Lock, WAITING_SQL } from '../support/lock.ts'
import { startServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createDatabase(WAITING_SQL)
  server = await startServer(database.authenticatorUrl, { '--pool-size-max': '1' })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

async function hold(): Promise<Lock> {
  const lock = await holdLock(database)
  onTestFinished(lock.release)
  return lock
}

/** A request whose client can go away. */
function ask(): { leave(): Promise<unknown> } {
  const client = new AbortController()
  const answer = server.get('/waiting', { signal: client.signal }).catch((error: unknown) => error)
  return {
    leave() {
      client.abort()
      return answer
    },
  }
}

test('the query of a client that goes away is cancelled, and its connection serves the next', async () => {
  const lock = await hold()
  const client = ask()
  await lock.awaited(1)
  await client.leave()
  await lock.awaited(0) // It is held still: the query has not come to its end.
  expect(server.events.map(({ kind }) => kind)).toContain('pool.cancelled')
  await lock.release()
  expect(await server.get('/waiting')).toMatchObject({ status: 200, body: '[{"id":1}]' })
  expect(server.events.filter(({ kind }) => kind === 'pool.connected')).toHaveLength(1)
})

test('a client that goes away while it waits for a connection waits no more', async () => {
  const lock = await hold()
  const first = ask()
  await lock.awaited(1)
  const second = ask()
  const pool = async () => (await server.get('/ready?verbose')).body
  await expect.poll(pool).toContain('1 requests waiting')
  await second.leave()
  await expect.poll(pool).toContain('0 requests waiting')
  await first.leave()
})
