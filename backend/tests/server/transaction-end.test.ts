import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startServer } from '../support/server.ts'

let database: TestDatabase
beforeAll(async () => {
  // What a session keeps of a transaction is what it committed.
  database = await createDatabase(`
    create view leaving as select set_config('stier.left', 'something', false) as what;
    create view found as select current_setting('stier.left', true) as what;
    grant select on leaving, found to anon`)
})
afterAll(() => database.drop())

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
  const response = await server.get('/leaving', { headers })
  expect(response).toMatchObject({ status: 200, body: '[{"what":"something"}]' })
  expect(response.headers['preference-applied']).toBe(applied)
  const { body } = await server.get('/found')
  expect(body.includes('something')).toBe(ended === 'committed')
})
