import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startServer } from '../support/server.ts'

let database: TestDatabase
beforeAll(async () => {
  // A notification is sent when its transaction commits.
  database = await createDatabase(`
    create function tell() returns text language sql as $$ select pg_notify('told', 'request'); select 'something' $$;
    create view telling as select tell() as what;
    grant select on telling to anon`)
})
afterAll(() => database.drop())

/** What was committed since it was called, as far as it has arrived. */
async function listening(): Promise<() => readonly string[]> {
  const client = new pg.Client(database.url)
  await client.connect()
  onTestFinished(() => client.end())
  const heard: string[] = []
  client.on('notification', ({ payload = '' }) => heard.push(payload))
  await client.query('listen told')
  return () => heard
}

test.each([
  ['commit', undefined, 'committed', undefined],
  ['commit', 'rollback', 'committed', undefined],
  ['commit-allow-override', undefined, 'committed', undefined],
  ['commit-allow-override', 'rollback', 'rolled back', 'tx=rollback'],
  ['rollback', undefined, 'rolled back', undefined],
  ['rollback', 'commit', 'rolled back', undefined],
  ['rollback-allow-override', undefined, 'rolled back', undefined],
  ['rollback-allow-override', 'commit', 'committed', 'tx=commit'],
])('database.transactionEnd %s with Prefer tx %s: %s', async (end, asked, ended, applied) => {
  const server = await startServer(database.authenticatorUrl, {
    '--database-transaction-end': end,
    '--pool-size-max': '1',
  })
  onTestFinished(server.stop)
  const headers: Record<string, string> = asked === undefined ? {} : { prefer: `tx=${asked}` }
  const heard = await listening()
  const response = await server.get('/telling', { headers })
  expect(response).toMatchObject({ status: 200, body: '[{"what":"something"}]' })
  expect(response.headers['preference-applied']).toBe(applied)
  await database.query(`select pg_notify('told', 'last')`)
  await expect.poll(heard).toContain('last') // Notifications come in the order of their commits.
  expect(heard()).toEqual(ended === 'committed' ? ['request', 'last'] : ['last'])
})
