import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { journaling } from '../support/journaling.ts'
import { type CachedNode, startNode } from './cached-node.ts'

let database: TestDatabase
let node: CachedNode

beforeAll(async () => {
  database = await createJournaledDatabase(`
    create table parts (id int primary key, note text) partition by range (id);
    create table parts_1 partition of parts for values from (1) to (100);
    create table parts_2 (id int primary key, note text);
    insert into parts values (1, 'one');
    insert into parts_2 values (101, 'other');
    grant all on all tables in schema public to anon;
  `)
  node = await startNode({ url: database.authenticatorUrl })
})
afterAll(async () => {
  await node.stop()
  await database.drop()
})

const LISTED = '/parts?select=id&order=id'
const from = async (url: string) => (await node.get(url)).cached?.from
const rows = async () => (await node.get(LISTED)).rows

test('rows that come with a partition, and go with it, are in the answers', async () => {
  await expect.poll(() => from(LISTED)).toBe('l1')
  await database.query('alter table parts attach partition parts_2 for values from (100) to (200)')
  await expect.poll(rows).toBe(2)
  await journaling(database.url, { schemas: 'all' })
  await node.reloadCatalog()
  await expect.poll(() => from(LISTED)).toBe('l1')
  await database.query(`insert into parts values (102, 'new')`)
  await expect.poll(rows).toBe(3)
  await expect.poll(() => from(LISTED)).toBe('l1')

  await database.query('alter table parts detach partition parts_2')
  await expect.poll(rows).toBe(1)
  await expect.poll(() => from(LISTED)).toBe('l1')
  await database.query(`update parts_2 set note = 'no part any more'`)
  await database.query(`insert into parts values (2, 'two')`)
  await expect.poll(rows).toBe(2)
})
