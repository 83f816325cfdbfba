import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { systemClock } from '../../src/base/index.ts'
import { type CachedNode, startNode } from './cached-node.ts'

const SCHEMA = `
  create table waits (id int primary key, seconds float8);
  insert into waits values (1, 0.2), (2, 30), (3, 1), (4, 30), (5, 0.5);
  create table things (id int primary key);
  insert into things values (1);
  grant all on waits, things to anon;
  create function pause(seconds float8) returns int stable language sql as 'select 1';
  create function slow(which int) returns int stable begin atomic
    select t.id from things t, waits w where w.id = which and pause(w.seconds) = 1; end;
`
let database: TestDatabase
let node: CachedNode

beforeAll(async () => {
  database = await createJournaledDatabase(SCHEMA)
  // It sleeps, and nobody knows: what the catalog knows of it is its declaration.
  node = await startNode({ url: database.authenticatorUrl })
  await database.query(`create or replace function pause(seconds float8) returns int stable
    language plpgsql as 'begin perform pg_sleep(seconds); return 1; end'`)
})
afterAll(async () => {
  await node.stop()
  await database.drop()
})

const slow = (which: number) => `/rpc/slow?which=${which}`
const running = async () => {
  const [row] = await database.query<{ count: number }>(
    `select count(*)::int from pg_stat_activity where state = 'active' and wait_event = 'PgSleep'`,
  )
  return row?.count
}
const heard = () => expect.poll(async () => (await node.get('/things')).cached?.from).toBe('l1')
function codeOf(settled: PromiseSettledResult<unknown>): unknown {
  return settled.status === 'rejected' ? (settled.reason as { code: unknown }).code : 'none'
}
class Client {
  aborted = false
}

test('fifty callers of one answer are one read', async () => {
  await heard()
  const reads = node.reads()
  const answers = await Promise.all(Array.from({ length: 50 }, () => node.get(slow(1))))
  expect(node.reads()).toBe(reads + 1)
  expect(answers.filter(({ cached }) => cached?.isJoined)).toHaveLength(49)
  expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['1']))
})

test('when all who wait have left, the database stops', async () => {
  await heard()
  const clients = Array.from({ length: 3 }, () => new Client())
  const ended = Promise.allSettled(clients.map(signal => node.get(slow(2), { parts: { signal } })))
  await expect.poll(running).toBe(1)
  for (const client of clients) client.aborted = true
  await expect.poll(running).toBe(0)
  expect((await ended).map(codeOf)).toEqual(['ST512', 'ST512', 'ST512'])
})

test('who joins a read whose client then leaves has his answer all the same', async () => {
  await heard()
  const reads = node.reads()
  const leaver = new Client()
  const first = node.get(slow(3), { parts: { signal: leaver } })
  await expect.poll(running).toBe(1)
  const second = node.get(slow(3), { parts: { signal: new Client() } })
  leaver.aborted = true
  expect((await second).body).toBe('1')
  await first.catch(() => undefined)
  expect(node.reads()).toBe(reads + 1)
})

test('each waits by his own deadline: a joiner no longer, and never shorter because of another one', async () => {
  await heard()
  const at = (ms: number) => ({ parts: { deadline: systemClock.now() + ms } })
  const impatient = node.get(slow(5), at(50))
  const patient = node.get(slow(5))
  await expect(impatient).rejects.toMatchObject({ code: 'ST514' })
  expect((await patient).body).toBe('1') // Read anew: the first was ended by its deadline.
  const long = new Client()
  const reading = node.get(slow(4), { parts: { signal: long } })
  const settled = reading.catch(() => undefined)
  await expect.poll(running).toBe(1)
  await expect(node.get(slow(4), at(50))).rejects.toMatchObject({ code: 'ST514' })
  expect(await running()).toBe(1)
  long.aborted = true
  await settled
})

test('an error of the statement is the answer of all who wait, and of none who come later', async () => {
  await heard()
  const failing = '/things?select=nothing:id::int2&id=eq.99999999999'
  const asked = await Promise.allSettled([node.get(failing), node.get(failing)])
  expect(asked.map(codeOf)).toEqual(['22003', '22003'])
  await expect(node.get(failing)).rejects.toMatchObject({ code: '22003' })
})
