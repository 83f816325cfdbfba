import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { journaling, unjournaling } from '../support/journaling.ts'
import { type CachedNode, type CachedNodeSetup, RULES, startNode } from './cached-node.ts'

const SCHEMA = `
  create table watched (id int primary key, note text);
  create table unwatched (id int primary key, note text, watched int references watched);
  insert into watched values (1, 'one');
  insert into unwatched values (1, 'one', 1);
  create materialized view summary as select count(*) from watched;
  grant all on all tables in schema public to anon;
`
let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase(SCHEMA)
})
afterAll(async () => {
  await database.drop()
})

async function started(setup: Partial<CachedNodeSetup> = {}): Promise<CachedNode> {
  const node = await startNode({ url: database.authenticatorUrl, ...setup })
  onTestFinished(() => node.stop())
  return node
}
const journaled = (tables: readonly string[]) =>
  journaling(database.url, { tables, logins: ['authenticator'] })
const markOf = async (node: CachedNode, url: string, headers = {}) =>
  (await node.get(url, { headers })).cached

test('without a journal and without rules, answers are as if there were no cache', async () => {
  const node = await started({ hasJournal: false })
  const answer = await node.get('/watched')
  expect(answer).not.toHaveProperty('cached')
  expect(answer.node).toBe('primary')
  expect(node.executor.report()).toMatchObject({
    bypasses: { 'not-following': 1 },
    follower: { state: 'absent' },
  })
})

test('without a journal, a table with a time of its own is kept for that time', async () => {
  const tables = { 'public.watched': { ttlMs: 60_000 }, 'public.summary': { ttlMs: 1_000 } }
  const node = await started({ hasJournal: false, rules: { tables } })
  expect(await markOf(node, '/watched')).toMatchObject({ from: 'loaded', isStored: true })
  expect(await markOf(node, '/watched')).toMatchObject({
    from: 'l1',
    key: expect.stringMatching(/^t/),
  })
  expect((await markOf(node, '/watched'))?.ttlMs).toBeGreaterThan(1_000)
  await markOf(node, '/summary')
  expect((await markOf(node, '/summary'))?.ttlMs).toBeLessThanOrEqual(1_000)
  expect(await node.get('/unwatched')).not.toHaveProperty('cached')
})

test('of several tables the narrowest rule counts, and one that is off is off for all', async () => {
  await journaled(['watched', 'unwatched'])
  const tables = {
    'public.watched': { ttlMs: 60_000 },
    'public.unwatched': { ttlMs: 5_000, staleIfErrorMs: 0 },
  }
  const node = await started({ rules: { tables } })
  const both = '/unwatched?select=*,watched(*)'
  await expect.poll(async () => (await markOf(node, both))?.from).toBe('l1')
  expect((await markOf(node, both))?.ttlMs).toBeLessThanOrEqual(5_000)
  const [key = ''] = [(await markOf(node, both))?.key]
  expect(node.executor.peek(key)?.value.answer.rows).toBe(1)
  node.rules = { ...RULES, tables: { ...tables, 'public.watched': { enabled: false } } }
  expect(node.executor.peek(key)).toBeUndefined() // Other rules, other keys.
  expect(await markOf(node, both)).toMatchObject({ from: 'bypass', why: 'off' })
  expect(await markOf(node, '/unwatched')).toMatchObject({ from: 'loaded' })
  node.rules = { ...RULES, enabled: false }
  expect(await node.get('/unwatched')).not.toHaveProperty('cached')
})

test('a table that is not journaled is not kept, unless it has a time', async () => {
  await unjournaling(database.url, ['unwatched'])
  const node = await started()
  const only = { 'cache-control': 'only-if-cached' }
  expect(await markOf(node, '/unwatched')).toMatchObject({ from: 'bypass', why: 'not-journaled' })
  await expect(node.get('/unwatched', { headers: only })).rejects.toMatchObject({ code: 'ST641' })
  await expect.poll(async () => (await markOf(node, '/watched'))?.from).toBe('l1')
  node.rules = { ...RULES, tables: { 'public.unwatched': { ttlMs: 60_000 } } }
  await markOf(node, '/unwatched?select=*,watched(*)')
  const timed = await markOf(node, '/unwatched?select=*,watched(*)')
  expect(timed).toMatchObject({ from: 'l1', key: expect.stringMatching(/^t/) })
  await database.query(`update watched set note = 'told all the same'`)
  await expect
    .poll(async () => (await node.get('/unwatched?select=*,watched(*)')).body)
    .toContain('told')
})

test('a table that is journaled while the server runs is kept from then on, and no longer when that ends', async () => {
  const node = await started()
  expect(await markOf(node, '/unwatched')).toMatchObject({ why: 'not-journaled' })
  await journaled(['unwatched'])
  await expect.poll(async () => (await markOf(node, '/unwatched'))?.from).toBe('l1')
  const key = (await markOf(node, '/unwatched'))?.key ?? ''
  expect(node.executor.peek(key)).toBeDefined()
  await database.query('alter table unwatched disable trigger user')
  await expect.poll(async () => (await markOf(node, '/unwatched'))?.why).toBe('not-journaled')
  expect(node.executor.peek(key)).toBeUndefined()
})

test('everything else goes past the cache, each for its reason', async () => {
  const node = await started()
  const execution = await node.execution('/watched')
  const why = async (parts: Partial<typeof execution>) =>
    (await node.executor.run({ ...execution, ...parts })).cached?.why
  const { context, statement } = execution
  await expect.poll(() => why({})).toBe(undefined)
  expect(await why({ context: { ...context, isolation: 'serializable' } })).toBe('transaction')
  expect(await why({ context: { ...context, rollback: true } })).toBe('transaction')
  expect(await why({ context: { ...context, readOnly: false } })).toBe('written')
  expect(await why({ isVolatile: true })).toBe('volatile-function')
  const estimate = { text: 'explain (format json) select 1', name: '', parameters: [] }
  expect(await why({ statement: { ...statement, estimate } })).toBe('count')
  const cacheability = {
    cacheable: false,
    reasons: [{ code: 'clock', subject: 'x', message: 'x' }],
  } as const
  const { caching } = execution
  if (caching === undefined) throw new Error('a read can be kept')
  expect(await why({ caching: { ...caching, cacheability } })).toBe('clock')
  expect(await why({ caching: undefined })).toBeUndefined()
  expect(node.executor.report().bypasses).toEqual(
    expect.objectContaining({
      transaction: 2,
      written: 1,
      'volatile-function': 1,
      count: 1,
      clock: 1,
    }),
  )
})

test('a client says what it takes of what is kept', async () => {
  const node = await started()
  const control = (text: string) => markOf(node, '/watched?id=eq.1', { 'cache-control': text })
  await expect.poll(async () => (await control('max-age=60'))?.from).toBe('l1')
  expect(await control('no-cache')).toMatchObject({
    from: 'loaded',
    replaces: true,
    isStored: true,
  })
  expect(await control('only-if-cached')).toMatchObject({ from: 'l1' })
  expect(await control('no-store')).toMatchObject({ from: 'l1' })
  const other = await markOf(node, '/watched?id=eq.2', { 'cache-control': 'no-store' })
  expect(other).toMatchObject({ from: 'loaded', isStored: false, key: undefined })
})
