import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createRedis } from '../../src/capabilities/redis/index.ts'
import { formatConsistencyToken } from '../../src/capabilities/replicas/index.ts'
import type { TestDatabase } from '../support/database.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { type CachedNode, startNode } from './cached-node.ts'

let database: TestDatabase
let server: TestRedis

beforeAll(async () => {
  server = await startRedis()
  database = await createJournaledDatabase(`
    create table things (id int primary key, note text);
    insert into things values (1, 'one'), (2, 'two');
    grant all on things to anon;
  `)
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

async function node(): Promise<CachedNode> {
  const redis = createRedis({ url: server.url })
  await expect.poll(() => redis.isReady).toBe(true)
  const started = await startNode({
    ...{ url: database.authenticatorUrl, redis, databaseName: 'histories' },
  })
  onTestFinished(async () => {
    await started.stop()
    await redis.close()
  })
  return started
}
const [ONE, TWO] = ['/things?id=eq.1', '/things?id=eq.2']
const from = async (of: CachedNode, url: string, headers = {}) =>
  (await of.get(url, { headers })).cached?.from

test('a token of another cluster or timeline is for the database, whatever its transaction is called', async () => {
  const one = await node()
  await expect.poll(() => from(one, ONE)).toBe('l1')
  const asking = (systemId: string, timeline: number) => ({
    's-tier-consistency': formatConsistencyToken({ systemId, timeline, lsn: 1n, xid: 3n }),
  })
  expect(await from(one, ONE, asking('1', 1))).toBe('l1')
  expect(await from(one, ONE, asking('2', 1))).toBe('bypass')
  expect(await from(one, ONE, asking('1', 2))).toBe('bypass')
  one.history = undefined // Nobody has said yet.
  await expect.poll(() => from(one, ONE)).toBe('l1')
  expect(await from(one, ONE, asking('1', 1))).toBe('bypass')
})

test('what is read of an old primary, and shared late, is nothing to those who know the new one', async () => {
  const [late, informed] = [await node(), await node()]
  await expect.poll(() => from(late, ONE)).toBe('l1')
  await expect.poll(() => from(informed, ONE)).toBe('l1')
  const held = (await informed.get(ONE)).cached
  informed.history = '1:2'
  expect(informed.executor.peek(held?.key ?? '')).toBeUndefined()
  const entries = late.cache.stats().l2?.entries ?? 0
  await expect.poll(() => from(late, TWO)).toBe('l1')
  await expect.poll(() => late.cache.stats().l2?.entries).toBeGreaterThan(entries)
  expect(await from(informed, ONE)).toBe('loaded')
  expect(await from(informed, TWO)).toBe('loaded')
  await expect.poll(() => from(informed, TWO)).toBe('l1')
  late.history = '1:2'
  const shared = { 'cache-control': 'only-if-cached' }
  await expect.poll(() => from(late, TWO, shared).catch(() => 'nowhere')).toBe('l2')
})
