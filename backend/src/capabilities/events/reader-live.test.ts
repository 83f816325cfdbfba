import pg from 'pg'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { startFaultProxy } from '../../../tests/support/fault-proxy.ts'
import { createJournaledDatabase, type TestPool, testPool } from '../../../tests/support/journal.ts'
import { journaling, unjournaling } from '../../../tests/support/journaling.ts'
import { createTableCheckpoints } from './checkpoint.ts'
import { BEGINNING } from './cursor.ts'
import { createReader, type Reader, type ReaderSetup } from './reader.ts'
import type { ReaderEvent } from './reader-events.ts'
import { createTableSource } from './table-source.ts'
import type { JournalEvent } from './types.ts'

const PATIENCE = { timeout: 20_000, interval: 10 }

let database: TestDatabase
let pool: TestPool
let received: (string | null | undefined)[]
let events: ReaderEvent[]
let readers: Reader[]
beforeEach(async () => {
  database = await createJournaledDatabase()
  pool = testPool(database.authenticatorUrl)
  received = []
  events = []
  readers = []
})
afterEach(async () => {
  await Promise.all(readers.map(reader => reader.stop()))
  await pool.end()
  await database.drop()
})

function read(setup: Partial<ReaderSetup> & { readonly database?: TestPool } = {}): Reader {
  const { database: through = pool, ...options } = setup
  const reader = createReader({
    source: createTableSource({ database: through }),
    from: BEGINNING,
    onEvents: (batch: readonly JournalEvent[]) =>
      void received.push(...batch.map(event => (event.new ?? event.old)?.['id'])),
    observe: event => void events.push(event),
    ...options,
  })
  readers.push(reader)
  reader.start()
  return reader
}

const insert = (id: number) => database.query('insert into thing values ($1)', [id])
const kinds = () => events.map(({ kind }) => kind)

test('a long transaction in another database is told, and nothing is lost when it ends', async () => {
  const other = await createDatabase('create table elsewhere (id int)')
  onTestFinished(() => other.drop())
  const foreign = new pg.Client(`${other.url}?application_name=nightly`)
  onTestFinished(() => foreign.end()) // What it holds open holds up every journal of the cluster.
  await foreign.connect()
  await foreign.query('begin; insert into elsewhere values (1)')
  const reader = read({ stalledAfterMs: 50 })
  await insert(1)
  await insert(2)
  const { rows } = await foreign.query<{ pid: number }>('select pg_backend_pid() as pid')
  const processId = rows[0]?.pid
  // Other tests may hold it up for a moment too.
  const stalls = () =>
    events.filter(event => event.kind === 'journal.stalled' && event.processId === processId)
  await expect
    .poll(stalls, PATIENCE)
    .toMatchObject([{ database: other.name, application: 'nightly' }])
  expect(reader.status()).toMatchObject({ isCaughtUp: false, lagEvents: 2 })
  expect(received).toEqual([])
  await foreign.query('commit')
  await insert(3)
  await expect.poll(() => received, PATIENCE).toEqual(['1', '2', '3'])
  await expect.poll(() => reader.status().isCaughtUp, PATIENCE).toBe(true)
  expect(stalls()).toHaveLength(1)
})

test('it goes on when its connections are half open, or reset', async () => {
  const { hostname: host, port } = new URL(database.url)
  const proxy = await startFaultProxy({ host, port: Number(port) })
  const through = testPool(proxy.urlFor(database.authenticatorUrl))
  read({ database: through, timeoutMs: 200, backoffMs: 10 })
  await insert(1)
  await expect.poll(() => received, PATIENCE).toEqual(['1'])
  proxy.halfOpen()
  await insert(2)
  await expect.poll(kinds, PATIENCE).toContain('journal.reader-failed')
  expect(events).toContainEqual(expect.objectContaining({ part: 'source', attempt: 1 }))
  await proxy.heal()
  await insert(3)
  await expect.poll(() => received, PATIENCE).toEqual(['1', '2', '3'])
  proxy.reset()
  await insert(4)
  await expect.poll(() => received, PATIENCE).toEqual(['1', '2', '3', '4'])
  expect(kinds()).toContain('journal.reader-recovered')
  await Promise.all(readers.splice(0).map(reader => reader.stop()))
  await proxy.stop()
  await through.end()
})

test('a named reader goes on in another process, which learns who reads as long as somebody does', async () => {
  const checkpoint = { name: 'search', store: createTableCheckpoints(pool) }
  const first = read({ checkpoint, holder: 'one', leaseMs: 300, checkpointMs: 20 })
  await insert(1)
  await expect.poll(() => received, PATIENCE).toEqual(['1'])
  const second = read({ checkpoint, holder: 'two', leaseMs: 300, from: 'head' })
  await expect.poll(kinds, PATIENCE).toContain('journal.reader-held')
  expect(events.find(({ kind }) => kind === 'journal.reader-held')).toMatchObject({ holder: 'one' })
  expect(second.status()).toMatchObject({ state: 'waiting' })
  await first.stop()
  await insert(2)
  await expect.poll(() => received, PATIENCE).toEqual(['1', '2'])
  await second.stop()
  expect(await database.query(`select name, holder from s_tier.journal_readers`)).toEqual([
    { name: 'search', holder: 'two' },
  ])
})

test('who was followed by another may not keep a place any more', async () => {
  const store = createTableCheckpoints(pool)
  const request = { name: 'search', leaseMs: 1, from: BEGINNING, journal: undefined }
  const first = await store.claim({ ...request, holder: 'one' })
  expect(first).toMatchObject({ isHeld: true, cursor: BEGINNING })
  const cursor = { xid: 5n, position: 2n ** 62n }
  const claimAgain = async () => (await store.claim({ ...request, holder: 'two' })).isHeld
  await expect.poll(claimAgain, PATIENCE).toBe(true)
  const fence = first.isHeld ? first.fence : ''
  expect(await store.save({ ...request, fence, cursor })).toBe(false)
  const third = await store.claim({ ...request, holder: 'two', leaseMs: 60_000 })
  expect(third).toMatchObject({ isHeld: true, cursor: BEGINNING })
  const held = third.isHeld ? third.fence : ''
  expect(await store.save({ ...request, leaseMs: 60_000, fence: held, cursor, journal: 'a' })).toBe(
    true,
  )
  expect(await store.claim({ ...request, holder: 'one' })).toMatchObject({
    ...{ isHeld: false, holder: 'two', freeInMs: expect.any(Number) },
  })
  expect(await store.save({ ...request, leaseMs: 0, fence: held, cursor, journal: 'a' })).toBe(true)
  expect(await store.claim({ ...request, holder: 'one' })).toMatchObject({
    ...{ isHeld: true, cursor, journal: 'a' },
  })
})

test('a journal made anew is a gap: whoever keeps something is asked to throw it away', async () => {
  const gaps: string[] = []
  read({
    onGap: ({ reason }) => {
      gaps.push(reason)
      return undefined
    },
  })
  await insert(1)
  await expect.poll(() => received, PATIENCE).toEqual(['1'])
  await unjournaling(database.url)
  await expect
    .poll(() => events, PATIENCE)
    .toContainEqual(
      expect.objectContaining({
        ...{ kind: 'journal.reader-failed', error: expect.objectContaining({ code: 'ST622' }) },
      }),
    )
  await journaling(database.url, { schemas: 'all', logins: ['authenticator'] })
  await insert(2)
  await expect.poll(() => received, PATIENCE).toEqual(['1', '2'])
  expect(gaps).toEqual(['replaced'])
})
