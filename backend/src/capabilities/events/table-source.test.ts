import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createDatabase, onCluster, type TestDatabase } from '../../../tests/support/database.ts'
import { createJournaledDatabase, type TestPool, testPool } from '../../../tests/support/journal.ts'
import { journaling, unjournaling } from '../../../tests/support/journaling.ts'
import { BEGINNING, compareCursors } from './cursor.ts'
import { createTableSource } from './table-source.ts'
import type { Cursor, JournalEvent, JournalSource } from './types.ts'

let database: TestDatabase
let pool: TestPool
let source: ReturnType<typeof createTableSource>
beforeEach(async () => {
  database = await createJournaledDatabase()
  pool = testPool(database.authenticatorUrl)
  source = createTableSource({ database: pool })
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map(client => client.end()))
  await pool.end()
  await database.drop()
})

const clients: pg.Client[] = []

async function connect(url = database.url): Promise<pg.Client> {
  const client = new pg.Client(url)
  client.on('error', () => undefined)
  clients.push(client)
  await client.connect()
  return client
}

/** Others use the cluster too: what they have open may be in the way for a moment. */
async function readUntil(from: JournalSource, after: Cursor, count: number, max = 1_000) {
  const events: JournalEvent[] = []
  while (events.length < count) {
    const page = await from.read(events.at(-1)?.cursor ?? after, max)
    expect(page.length).toBeLessThanOrEqual(max)
    events.push(...page)
    if (page.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
  }
  return events
}

test('events say what changed, to what, when and by whom, for a login with the functions alone', async () => {
  const before = Date.now()
  const client = await connect()
  await client.query(`
    begin;
    set local role service_role;
    reset role;
    select set_config('request.jwt.claims', '{"sub":"ann"}', true),
      set_config('request.headers', '{"x-request-id":"r1","traceparent":"00-ab-cd-01"}', true);
    insert into thing values (9007199254740993, 'Zoë "Z"');
    update thing set note = null;
    delete from thing;
    truncate thing;
    commit`)
  const events = await readUntil(source, BEGINNING, 4)
  const rows = { first: { id: '9007199254740993', note: 'Zoë "Z"' } }
  const last = { ...rows.first, note: null }
  const key = { id: '9007199254740993' }
  expect(events).toMatchObject([
    { kind: 'insert', key, old: undefined, new: rows.first },
    { kind: 'update', key, old: rows.first, new: last },
    { kind: 'delete', key, old: last, new: undefined },
    { kind: 'truncate', key: undefined, old: undefined, new: undefined },
  ])
  const [{ oid }] = (await database.query(`select 'thing'::regclass::oid as oid`)) as [
    { oid: number },
  ]
  for (const event of events) {
    expect(event).toMatchObject({
      relation: oid,
      schema: 'public',
      table: 'thing',
      role: 'postgres',
    })
    expect(event).toMatchObject({ claims: '{"sub":"ann"}', requestId: 'r1', trace: '00-ab-cd-01' })
    expect(event.at).toBeGreaterThanOrEqual(before - 1)
    expect(event.at).toBeLessThanOrEqual(Date.now() + 1)
  }
  expect(new Set(events.map(({ cursor }) => cursor.xid)).size).toBe(1)
})

test('a login without the functions may not read, and one with them sees no table', async () => {
  const outsider = `outsider_${randomBytes(6).toString('hex')}`
  await onCluster(`create role ${outsider} login`)
  onTestFinished(() => onCluster(`drop role ${outsider}`).then(() => undefined))
  const url = new URL(database.url)
  url.username = outsider
  const other = testPool(url.href, 1)
  const refused = createTableSource({ database: other })
  await expect(refused.read(BEGINNING, 1)).rejects.toMatchObject({ code: '42501' })
  await other.end()
  await expect(pool.query('select from s_tier.journal')).rejects.toMatchObject({ code: '42501' })
})

test('a transaction larger than a page is read to its end, in order', async () => {
  await database.query(`insert into thing select i, 'x' from generate_series(1, 1000) i`)
  const events = await readUntil(source, BEGINNING, 1_000, 64)
  expect(events.map(event => event.new?.['id'])).toEqual(
    Array.from({ length: 1_000 }, (_, index) => String(index + 1)),
  )
  const isSorted = events.every(
    ({ cursor }, index) =>
      index === 0 || compareCursors(events[index - 1]?.cursor as Cursor, cursor) < 0,
  )
  expect(isSorted).toBe(true)
})

test('large rows end a page early, and one that is larger than any page comes alone', async () => {
  await database.query(
    `insert into thing select i, repeat('x', 1000) from generate_series(1, 20) i`,
  )
  const small = createTableSource({ database: pool, pageBytesMax: 3_000 })
  await readUntil(small, BEGINNING, 20)
  expect(await small.read(BEGINNING, 100)).toHaveLength(3)
  const tiny = createTableSource({ database: pool, pageBytesMax: 1 })
  expect(await tiny.read(BEGINNING, 100)).toHaveLength(1)
})

test('what commits behind an older open transaction waits for it', async () => {
  const older = await connect()
  await older.query(`begin; insert into thing values (1, 'older')`)
  await database.query(`insert into thing values (2, 'younger')`)
  expect(await source.read(BEGINNING, 10)).toEqual([])
  expect(await source.waiting(BEGINNING)).toMatchObject({ events: 1 })
  await older.query('commit')
  const events = await readUntil(source, BEGINNING, 2)
  expect(events.map(event => event.new?.['note'])).toEqual(['older', 'younger'])
  expect(await source.waiting(events[1]?.cursor as Cursor)).toEqual({
    events: 0,
    oldestAt: undefined,
  })
})

test('of two events of one row the later may come first, and its time tells', async () => {
  const [early, late] = [await connect(), await connect()]
  await database.query(`insert into thing values (1, 'a')`)
  await early.query(`begin; insert into thing values (2)`) // It has the smaller id.
  await late.query(`update thing set note = 'b' where id = 1`)
  await early.query(`update thing set note = 'c' where id = 1; commit`)
  const events = await readUntil(source, BEGINNING, 4)
  const changes = events.filter(({ kind }) => kind === 'update')
  expect(changes.map(event => event.new?.['note'])).toEqual(['c', 'b'])
  const [later, earlier] = changes.map(({ at }) => at) as [number, number]
  expect(later).toBeGreaterThanOrEqual(earlier)
})

test('from the head comes what commits from then on, also of a transaction that was open then', async () => {
  await database.query(`insert into thing values (1, 'before')`)
  const open = await connect()
  await readUntil(source, BEGINNING, 1)
  await open.query(`begin; insert into thing values (2, 'open')`)
  const head = await source.head()
  await open.query('commit')
  await database.query(`insert into thing values (3, 'after')`)
  const events = await readUntil(source, head, 2)
  expect(events.map(event => event.new?.['note'])).toEqual(['open', 'after'])
})

test('a transaction in another database of the cluster is named as what is in the way', async () => {
  const other = await createDatabase('create table elsewhere (id int)')
  const foreign = await connect(`${other.url}?application_name=nightly`)
  await foreign.query('begin; insert into elsewhere values (1)')
  expect(await source.stall()).toBeUndefined()
  await database.query(`insert into thing values (1, 'held up')`)
  const { rows } = await foreign.query<{ pid: number }>('select pg_backend_pid() as pid')
  await expect
    .poll(() => source.stall())
    .toMatchObject({
      ...{ processId: rows[0]?.pid, database: other.name, application: 'nightly' },
      state: 'idle in transaction',
    })
  expect(await source.read(BEGINNING, 10)).toEqual([])
  await foreign.query('commit')
  expect(await readUntil(source, BEGINNING, 1)).toHaveLength(1)
  await other.drop()
})

test('where other sessions may not be seen, a stall has a process and an age, and nothing else', async () => {
  const owner = `owner_${randomBytes(6).toString('hex')}`
  const own = await createDatabase('create table thing (id int primary key)')
  await onCluster(`create role ${owner} login`)
  await own.query(
    `grant create on database ${own.name} to ${owner}; alter table thing owner to ${owner}`,
  )
  const url = new URL(own.url)
  url.username = owner
  await journaling(url.href, { schemas: 'all', logins: ['authenticator'] })
  const reading = testPool(own.authenticatorUrl)
  const blind = createTableSource({ database: reading })
  const open = await connect(own.url)
  await open.query('begin; insert into thing values (1)')
  await own.query('insert into thing values (2)')
  const { rows } = await open.query<{ pid: number }>('select pg_backend_pid() as pid')
  await expect
    .poll(() => blind.stall())
    .toMatchObject({ processId: rows[0]?.pid, state: undefined })
  await expect.poll(async () => (await blind.stall())?.forMs).toBeGreaterThan(0)
  await open.query('rollback')
  await reading.end()
  await own.drop()
  await onCluster(`drop role ${owner}`)
})

test('events that retention has removed are a gap, which is said once', async () => {
  await database.query(`insert into thing values (1), (2), (3)`)
  const events = await readUntil(source, BEGINNING, 3)
  const [first, second] = events.map(({ cursor }) => cursor) as [Cursor, Cursor]
  await database.query(
    `insert into s_tier.journal_floor (xid, position) values ($1::text::xid8, $2)`,
    [...[String(second.xid), String(second.position)]],
  )
  await database.query('delete from s_tier.journal where position <= $1', [String(second.position)])
  await expect(source.read(first, 10)).rejects.toMatchObject({
    ...{ code: 'ST623', reason: 'removed', cursor: first },
  })
  expect(await source.read(BEGINNING, 10)).toHaveLength(1)
  expect(await source.read(second, 10)).toHaveLength(1)
  expect(await source.read(first, 10)).toHaveLength(1) // It has been said.
  const other = createTableSource({ database: pool })
  await expect(other.read(first, 10)).rejects.toMatchObject({ reason: 'removed' })
})

test('a journal that is gone is missing, and one that was made anew is a gap', async () => {
  await database.query(`insert into thing values (1)`)
  const [event] = await readUntil(source, BEGINNING, 1)
  const cursor = event?.cursor as Cursor
  await unjournaling(database.url)
  await expect(source.read(cursor, 10)).rejects.toMatchObject({ code: 'ST622' })
  await expect(source.head()).rejects.toMatchObject({ code: 'ST622' })
  await journaling(database.url, { schemas: 'all', logins: ['authenticator'] })
  await expect(source.read(cursor, 10)).rejects.toMatchObject({ code: 'ST623', reason: 'replaced' })
  expect(await source.read(cursor, 10)).toEqual([])
})
