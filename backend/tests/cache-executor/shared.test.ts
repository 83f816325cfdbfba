import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createRedis } from '../../src/capabilities/redis/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { type CachedNode, type CachedNodeSetup, startNode } from './cached-node.ts'

let database: TestDatabase
let server: TestRedis

beforeAll(async () => {
  server = await startRedis()
  database = await createJournaledDatabase(`
    create table things (id int primary key, note text);
    insert into things values (1, 'one'), (2, 'zwei: ü'), (3, 'three'), (4, 'four');
    grant all on things to anon;
  `)
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

async function node(
  databaseName = 'here',
  parts: Partial<CachedNodeSetup> = {},
): Promise<CachedNode> {
  const redis = createRedis({ url: server.url, commandTimeoutMs: 200 })
  await expect.poll(() => redis.isReady).toBe(true)
  const started = await startNode({
    ...{ url: database.authenticatorUrl, redis, databaseName },
    ...parts,
  })
  onTestFinished(async () => {
    await started.stop()
    await redis.close()
  })
  return started
}
const from = async (of: CachedNode, url: string) => (await of.get(url)).cached?.from

test('what one process has read the other has too, until it changes; another database has nothing of it', async () => {
  const [one, two, other] = [await node(), await node(), await node('elsewhere')]
  const url = '/things?id=eq.2'
  await expect.poll(() => from(one, url)).toBe('l1')
  await expect.poll(() => from(two, '/things?id=eq.3')).toBe('l1')
  await expect.poll(() => two.cache.stats().l2?.entries).toBeGreaterThan(0)
  const reads = two.reads()
  const shared = await two.get(url)
  expect(shared).toMatchObject({ cached: { from: 'l2', isStored: true }, rows: 1, headers: null })
  expect(shared.body).toBe((await one.get(url)).body)
  expect(two.reads()).toBe(reads)
  expect(await from(two, url)).toBe('l1')
  await expect.poll(() => from(other, '/things?id=eq.3')).toBe('l1')
  expect(await from(other, url)).toBe('loaded')

  await one.write(`update things set note = 'changed' where id = 2`)
  expect((await one.get(url)).body).toContain('changed')
  await expect.poll(async () => (await two.get(url)).body).toContain('changed')
})

test('many processes and one answer: one read', async () => {
  const nodes = await Promise.all([1, 2, 3].map(() => node('many', { rules: { waitMs: 10_000 } })))
  for (const each of nodes) {
    await expect.poll(() => from(each, '/things?id=eq.1')).toBe('l1')
  }
  const before = nodes.map(each => each.reads())
  const asking = nodes.flatMap(each =>
    Array.from({ length: 10 }, () => each.get('/things?id=eq.4')),
  )
  await Promise.all(asking)
  const reads = nodes.reduce((sum, each, index) => sum + each.reads() - (before[index] ?? 0), 0)
  expect(reads).toBe(1)
})

test('answers that only time makes old are shared without a journal too', async () => {
  const bare = await createDatabase(`
    create table things (id int primary key);
    grant select on things to anon;
  `)
  onTestFinished(() => bare.drop())
  const rules = { tables: { 'public.things': { ttlMs: 60_000 } } }
  const timed = () => node('timed', { url: bare.authenticatorUrl, hasJournal: false, rules })
  const [one, two] = [await timed(), await timed()]
  expect(await from(one, '/things')).toBe('loaded')
  await expect.poll(() => one.cache.stats().l2?.entries).toBe(1)
  expect(await from(two, '/things')).toBe('l2')
})

test('a Redis that has frozen is a Redis that is not there', async () => {
  const one = await node()
  await expect.poll(() => from(one, '/things?id=eq.1')).toBe('l1')
  server.freeze()
  try {
    expect((await one.get('/things?note=eq.three')).body).toContain('three')
    expect(await from(one, '/things?note=eq.three')).toBe('l1')
    await one.write(`update things set note = 'drei' where id = 3`)
    expect((await one.get('/things?note=eq.three')).body).toBe('[]')
  } finally {
    server.thaw()
  }
})
