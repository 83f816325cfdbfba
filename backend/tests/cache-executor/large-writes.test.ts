import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { withSession } from '../support/journaling.ts'
import { type CachedNode, startNode } from './cached-node.ts'

let database: TestDatabase
let node: CachedNode

beforeAll(async () => {
  database = await createJournaledDatabase(`
    create table many (id int primary key, note text);
    create table aside (id int primary key, note text);
    create table pending (id int primary key);
    create table parts (id int primary key, note text) partition by list (id);
    create table rest_of_parts partition of parts default;
    insert into many select i, 'old' from generate_series(1, 1500) i;
    insert into parts select i, 'old' from generate_series(1, 600) i;
    insert into aside values (1, 'one'), (2, 'two');
    grant all on all tables in schema public to anon;
  `)
  node = await startNode({ url: database.authenticatorUrl })
})
afterAll(async () => {
  await node.stop()
  await database.drop()
})

const from = async (url: string) => (await node.get(url)).cached?.from
const [MANY, ASIDE, PARTS] = ['/many?id=eq.1', '/aside?id=eq.1', '/parts?id=eq.1']

test('a write of very many rows makes its table old, and nothing else', async () => {
  for (const url of [MANY, ASIDE, PARTS]) await expect.poll(() => from(url)).toBe('l1')
  const { kept } = (await node.get(ASIDE)).cached ?? {}
  await node.write(`update many set note = 'new'`)
  expect((await node.get(MANY)).body).toContain('new')
  await node.write(`update parts set note = 'new'`)
  expect((await node.get(PARTS)).body).toContain('new')
  expect((await node.get(ASIDE)).cached?.kept).toBe(kept)
})

test('it does so while an older transaction is under way, and what is read meanwhile is kept', async () => {
  for (const url of [MANY, ASIDE]) await expect.poll(() => from(url)).toBe('l1')
  const { kept } = (await node.get(ASIDE)).cached ?? {}
  await withSession(database.url, async session => {
    await session.query('begin; insert into pending values (1)')
    await node.write(`update many set note = 'newer'`)
    expect((await node.get(MANY)).body).toContain('newer')
    expect(await from(MANY)).toBe('l1')
    await expect.poll(() => node.follower.status().stall).toBeDefined()
    const before = node.follower.status().events
    await node.write(`insert into pending values (2)`)
    await expect.poll(() => node.follower.status().events).toBeGreaterThan(before + 1) // Read ahead.
    expect((await node.get(ASIDE)).cached?.kept).toBe(kept)
    expect(await from('/aside?id=eq.2')).toBe('loaded')
    expect(await from('/aside?id=eq.2')).toBe('l1')
    await session.query('commit')
  })
  await expect.poll(async () => (await node.get('/pending?select=id')).rows).toBe(2)
})
