import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { CacheReport, Check } from '../../src/api/admin/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { journaling, unjournaling, withSession } from '../support/journaling.ts'
import { as, startServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(`
    create table notes (id int primary key, body text not null);
    create table others (id int primary key);
    insert into notes values (1, 'one'), (2, 'two');
    insert into others values (1);
    grant select, insert, update, delete on notes, others to anon, authenticated;
    grant usage on schema public to anon, authenticated`)
})
afterAll(() => database.drop())

async function serve(flags: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const server = await startServer(database.authenticatorUrl, {
    '--journal-tables-every-ms': '20ms',
    '--journal-sweep-ms': '10ms',
    ...flags,
  })
  onTestFinished(server.stop)
  return server
}

/** Journals the tables until the test is over. */
async function journal(...tables: string[]): Promise<void> {
  await journaling(database.url, { tables, logins: ['authenticator'] })
  onTestFinished(() => unjournaling(database.url).then(() => undefined))
}

const cacheStatus = async ({ get }: TestServer, target = '/notes?id=eq.1') =>
  (await get(target)).headers['cache-status']

const report = async ({ get }: TestServer) =>
  JSON.parse((await get('/metrics/cache')).body) as CacheReport

const check = async ({ get }: TestServer): Promise<string> => {
  const { checks } = JSON.parse((await get('/ready?verbose')).body) as { checks: Check[] }
  return checks.find(({ name }) => name === 'cache')?.detail ?? ''
}

test('with a journal answers are kept, and a write is seen by the next read', async () => {
  await journal('notes')
  const server = await serve()
  await expect.poll(() => cacheStatus(server)).toMatch(/^s-tier; hit/)
  const headers = { 'content-type': 'application/json' }
  const patched = await server.get('/notes?id=eq.1', {
    ...{ method: 'PATCH', headers, body: '{"body":"changed"}' },
  })
  expect(patched.status).toBe(204)
  const { body, headers: told } = await server.get('/notes?id=eq.1')
  expect(body).toBe('[{"id":1,"body":"changed"}]')
  expect(told['cache-status']).toContain('fwd')
  await database.query(`update notes set body = 'outside' where id = 1`)
  await expect.poll(async () => (await server.get('/notes?id=eq.1')).body).toContain('outside')
  expect(await report(server)).toMatchObject({
    isEnabled: true,
    reads: { hits: { l1: expect.any(Number), l2: 0 } },
    invalidations: { row: 2, byTable: [{ name: 'public.notes', row: 2 }] },
    journal: { state: 'following', tables: ['public.notes'], gaps: 0 },
    l2: null,
  })
  expect(await check(server)).toBe('following the journal of 1 tables')
})

test('without a journal an answer says nothing of a cache; enabled while it serves, it is used', async () => {
  const server = await serve()
  const { headers } = await server.get('/notes')
  for (const name of ['cache-status', 'age', 'etag', 'cache-control']) {
    expect(headers).not.toHaveProperty(name)
  }
  expect(await check(server)).toMatch(/^absent: There is no journal: s-tier journal enable/)
  expect((await report(server)).advice[0]).toContain('s-tier journal enable')
  await journal('notes')
  await expect.poll(() => cacheStatus(server)).toMatch(/^s-tier; hit/)
  expect(await cacheStatus(server, '/others')).toContain('not-journaled')
  await unjournaling(database.url)
  await expect.poll(() => cacheStatus(server)).toBeUndefined()
})

test('switched off there is nothing of it', async () => {
  await journal('notes')
  const server = await serve({ '--cache-enabled': 'false' })
  expect(await cacheStatus(server)).toBeUndefined()
  expect(await cacheStatus(server)).toBeUndefined()
  expect(await report(server)).toMatchObject({ isEnabled: false, reads: null, journal: null })
  expect(await check(server)).toBe('switched off')
  expect(server.server.cacheStatus).toBeUndefined()
})

test('the journal has its days made by a server, with a cache or without', async () => {
  await journal('notes')
  const days = async () => (await database.query('select from s_tier.journal_days()')).length
  const before = await days()
  await serve({ '--cache-enabled': 'false', '--journal-days-ahead': '9' })
  await expect.poll(days).toBe(before + 2)
})

test('stopping while reads run lets them finish, those too that wait for the read of another', async () => {
  await journal('notes')
  const server = await serve()
  await expect.poll(() => cacheStatus(server)).toMatch(/^s-tier; hit/)
  await withSession(database.url, async session => {
    await session.query('begin; lock table notes in access exclusive mode')
    const readers = [1, 2, 3].map(() => server.get('/notes?id=eq.2'))
    await expect.poll(async () => (await report(server)).loads?.running).toBe(1)
    await expect.poll(async () => (await report(server)).loads?.joined).toBe(2)
    const stopped = server.stop()
    await expect.poll(() => server.get('/live').catch(() => 'closed')).toBe('closed')
    await session.query('commit')
    for (const { body } of await Promise.all(readers)) expect(body).toBe('[{"id":2,"body":"two"}]')
    await stopped
  })
})

test('each role has its own answers', async () => {
  await journal('notes')
  const server = await serve()
  await expect.poll(() => cacheStatus(server, '/notes')).toMatch(/^s-tier; hit/)
  const { headers } = await server.get('/notes', { headers: as('authenticated') })
  expect(headers['cache-status']).toContain('uri-miss')
})
