import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { type CachedNode, startNode } from './cached-node.ts'

const SCHEMA = `
  create table shelves (id int primary key, name text);
  create table books (id int primary key, title text, price int, shelf int references shelves);
  create table tags (id int primary key, name text);
  create table book_tags (book int references books, tag int references tags, primary key (book, tag));
  create table parts (id int, region text, amount int, primary key (id, region)) partition by list (region);
  create table parts_a partition of parts for values in ('a');
  create table parts_b partition of parts for values in ('b');
  create view cheap as select * from books where price < 15;
  create function dearer(than int) returns setof books stable begin atomic
    select * from books where price > than; end;
  insert into shelves values (1, 'one'), (2, 'two');
  insert into books values (1, 'a', 10, 1), (2, 'b', 20, 1), (3, 'c', 30, 2);
  insert into tags values (1, 'red'), (2, 'blue');
  insert into book_tags values (1, 1), (2, 2);
  insert into parts values (1, 'a', 1), (2, 'b', 2);
  create table emptied (id int primary key);
  insert into emptied values (1);
  grant all on all tables in schema public to anon;
`
let database: TestDatabase
let node: CachedNode

beforeAll(async () => {
  database = await createJournaledDatabase(SCHEMA)
  node = await startNode({ url: database.authenticatorUrl })
})
afterAll(async () => {
  await node.stop()
  await database.drop()
})

const from = async (url: string) => (await node.get(url)).cached?.from
const rows = async (url: string) => JSON.parse((await node.get(url)).body ?? 'null') as unknown

/** Kept, however long it takes until all that was written before is over. */
async function warm(...urls: readonly string[]): Promise<void> {
  for (const url of urls) await expect.poll(() => from(url)).toBe('l1')
}

/** Of the answers, those that a statement run by somebody else makes old: each is waited for; the others are as they were. */
async function changedBy(
  sql: string,
  changed: readonly string[],
  others: readonly string[],
): Promise<void> {
  await warm(...changed, ...others)
  const before = await Promise.all(changed.map(url => node.get(url)))
  const kept = others.map(async url => (await node.get(url)).cached?.kept)
  const same = await Promise.all(kept)
  await database.query(sql)
  for (const [index, url] of changed.entries()) {
    await expect.poll(async () => (await node.get(url)).body).not.toBe(before[index]?.body)
  }
  for (const [index, url] of others.entries()) {
    const { cached } = await node.get(url)
    expect([url, cached?.from]).toEqual([url, 'l1'])
    expect(cached?.kept).toBe(same[index])
  }
}

test('an answer is read once, then it is the same object for all, with what belongs to one request beside it', async () => {
  await warm('/shelves?order=id')
  const first = await node.get('/shelves?order=id')
  const second = await node.get('/shelves?order=id')
  expect(first.body).toBe('[{"id":1,"name":"one"}, \n {"id":2,"name":"two"}]')
  expect(second).toMatchObject({ rows: 2, databaseMs: 0, waitMs: 0, body: first.body })
  expect(second.node).toBeUndefined()
  expect(second.cached?.kept).toBe(first.cached?.kept)
  expect(second.cached).not.toBe(first.cached)
  const reads = node.reads()
  await node.get('/shelves?order=id')
  expect(node.reads()).toBe(reads)
})

test('rows by key are told apart, lists by their filters, everything else by table', async () => {
  await changedBy(
    `update books set price = 11 where id = 1`,
    ['/books?id=eq.1', '/books?price=lt.15', '/books?order=id', '/cheap', '/rpc/dearer?than=5'],
    ['/books?id=eq.2', '/books?price=gt.25', '/shelves', '/books?shelf=eq.2'],
  )
  const { invalidations } = node.executor.report()
  const { row, predicate, table } = invalidations['public.books'] ?? {}
  expect([row, predicate]).toEqual([1, 1])
  expect(table).toBeGreaterThanOrEqual(3)
})

test('a new row and one that is gone reach the lists that they pass', async () => {
  await changedBy(
    `insert into books values (9, 'new', 40, 2)`,
    ['/books?price=gt.35', '/books?id=eq.9'],
    ['/books?price=lt.15', '/books?id=eq.1'],
  )
  await changedBy(
    `delete from books where id = 9`,
    ['/books?price=gt.35', '/books?id=eq.9'],
    ['/books?price=lt.15', '/books?id=eq.1'],
  )
})

test('emptying a table reaches all of it', async () => {
  await changedBy(`truncate emptied`, ['/emptied', '/emptied?id=eq.1'], ['/shelves'])
})

test('an embed is followed from both ends, and through what is between many and many', async () => {
  const shelf = '/shelves?id=eq.1&select=name,books(title)'
  const book = '/books?id=eq.3&select=title,shelves(name)'
  const tagged = '/books?id=eq.1&select=title,tags(name)'
  await changedBy(`update books set title = 'A' where id = 1`, [shelf, tagged], [book])
  await changedBy(`update shelves set name = 'deux' where id = 2`, [book], [shelf, tagged])
  await changedBy(`insert into book_tags values (1, 2)`, [tagged], [shelf, book])
  await changedBy(`update tags set name = 'azure' where id = 2`, [tagged], [shelf, book])
})

test('counts are as new as rows', async () => {
  const counted = { headers: { prefer: 'count=exact' } }
  const total = async () => (await node.get('/books?limit=1', counted)).total
  await expect.poll(async () => (await node.get('/books?limit=1', counted)).cached?.from).toBe('l1')
  const before = (await total()) ?? 0
  await database.query(`insert into books values (10, 'more', 1, 1)`)
  await expect.poll(total).toBe(before + 1)
  await database.query('delete from books where id = 10')
  await expect.poll(total).toBe(before)
})

test('rows of a partition are rows of its table', async () => {
  await changedBy(
    `update parts_b set amount = 20 where id = 2`,
    ['/parts?id=eq.2&region=eq.b', '/parts?order=id'],
    ['/parts?id=eq.1&region=eq.a', '/parts?region=eq.a'],
  )
})

test('what is written here is in the next answer, every time', async () => {
  await warm('/books?id=eq.2', '/books?order=id')
  for (let price = 100; price < 200; price++) {
    await node.write(`update books set price = ${price} where id = 2`)
    expect(await rows('/books?id=eq.2&select=price')).toEqual([{ price }])
    expect(await rows(`/books?price=eq.${price}&select=id`)).toEqual([{ id: 2 }])
  }
  expect(node.executor.report().follower.ownEvents).toBeGreaterThanOrEqual(100)
})

test('what was read before a change and comes after it is given to who asked for it, and not kept', async () => {
  await node.stop()
  const gates: (() => void)[] = []
  let isSlow = false
  node = await startNode({
    url: database.authenticatorUrl,
    around: inner => ({
      hedges: inner.hedges,
      async run(execution) {
        const answer = await inner.run(execution)
        if (isSlow && execution.context.readOnly) await new Promise<void>(go => gates.push(go))
        return answer
      },
    }),
  })
  await warm('/shelves?id=eq.1') // The journal is heard.
  await expect.poll(() => node.follower.horizon > 0n).toBe(true)
  isSlow = true
  const reading = node.get('/books?id=eq.1&select=price')
  await expect.poll(() => gates.length).toBe(1)
  await node.write('update books set price = 77 where id = 1')
  isSlow = false
  const after = await node.get('/books?id=eq.1&select=price')
  expect(after.body).toBe('[{"price":77}]')
  gates.forEach(go => go())
  const late = await reading
  expect(late.body).toBe('[{"price":11}]')
  expect(late.cached).toMatchObject({ from: 'loaded', isStored: false, key: undefined })
  expect(await node.get('/books?id=eq.1&select=price')).toMatchObject({ body: '[{"price":77}]' })
  expect(node.cache.stats().droppedFills.row).toBe(1)
})
