import { deepEqual, equal, ok } from 'node:assert/strict'
import { BEGINNING } from '../cursor.ts'
import type { Cursor, JournalEvent, JournalSource, Queryable } from '../types.ts'
import { changesOf, type Happened, readUntil } from './reading.ts'
import { writeAtOnce } from './writers.ts'

/** How the requirements get at a database of their own, and at the source of its changes. */
export interface SourceHarness extends Queryable {
  /** A session of its own, for transactions. */
  session(): Promise<Queryable>
  /** From now on the changes of these tables of the schema `public` are to be read. Called once. */
  follow(tables: readonly string[]): Promise<void>
  /** A source as a process makes one that has just started. The one before is closed. */
  open(): Promise<JournalSource>
  /** Ends the connections that the source has open. */
  interrupt(): Promise<void>
  /** Rows of the huge transaction. Default 5_000. */
  readonly hugeRows?: number
}

/** Something that every source must do. `check` rejects when it does not. */
export interface SourceRequirement {
  readonly name: string
  readonly check: (harness: SourceHarness) => Promise<void>
}

async function followed(harness: SourceHarness, definition = 'id int8 primary key, note text') {
  await harness.query(`create table public.thing (${definition})`)
  await harness.follow(['thing'])
  const source = await harness.open()
  return { source, from: await source.head() }
}

const COUNTED = 'id int8 primary key, writer int4, turn int4'
const HEAP_BYTES_MAX = 96 * 2 ** 20
const kinds = (events: readonly JournalEvent[]) => events.map(event => event.kind)
const ids = (events: readonly JournalEvent[]) =>
  events.map(({ key, new: row }) => (key ?? row)?.['id'])

/**
 * What a `JournalSource` must do, for tests of one's own: `for (const { name, check } of SOURCE_CONTRACT) test(name, () => check(harness))`,
 * with any test runner, and a new database each time.
 */
export const SOURCE_CONTRACT: readonly SourceRequirement[] = Object.freeze([
  {
    name: 'a change says its table, its key and its row',
    async check(harness: SourceHarness) {
      const { source, from } = await followed(harness)
      await harness.query(`insert into thing values (9007199254740993, 'it''s "one"')`)
      const [event] = await readUntil(source, from, 1)
      ok(event)
      const [row = {}] = await harness.query(
        `select 'thing'::regclass::oid::int8::text as oid, xmin::text as xid from thing`,
      )
      deepEqual({ ...event.key }, { id: '9007199254740993' })
      deepEqual({ ...event.new }, { id: '9007199254740993', note: `it's "one"` })
      equal('toString' in (event.new ?? {}), false)
      deepEqual([event.kind, event.schema, event.table], ['insert', 'public', 'thing'])
      equal(String(event.relation), row['oid'])
      equal(String(event.cursor.xid), row['xid'])
      equal(event.old, undefined)
      ok(Math.abs(Date.now() - event.at) < 600_000)
      await source.close()
    },
  },
  {
    name: 'inside a transaction the order is that of its statements, whatever the size of the pages',
    async check(harness: SourceHarness) {
      const { source, from } = await followed(harness)
      const session = await harness.session()
      await session.query('begin')
      await session.query(`insert into thing values (1, 'a'), (2, 'b')`)
      await session.query(`update thing set note = 'c' where id = 2`)
      await session.query(`update thing set id = 3 where id = 1`)
      await session.query('delete from thing where id = 2')
      await session.query('commit')
      const expected = ['insert', 'insert', 'update', 'update', 'delete']
      const whole = await readUntil(source, from, 5)
      deepEqual(kinds(whole), expected)
      deepEqual(ids(whole), ['1', '2', '2', '3', '2'])
      equal(whole[4]?.new, undefined)
      equal(whole[4]?.old?.['id'], '2')
      for (const max of [1, 2, 3]) deepEqual(await readUntil(source, from, 5, max), whole)
      await source.close()
    },
  },
  {
    name: 'what is rolled back is not told, nor a savepoint of what is not',
    async check(harness: SourceHarness) {
      const { source, from } = await followed(harness)
      const session = await harness.session()
      await session.query(`begin; insert into thing values (1, 'kept'); savepoint one`)
      await session.query(`insert into thing values (2, 'gone'); rollback to one`)
      await session.query(`insert into thing values (3, 'kept'); release one; commit`)
      await session.query(`begin; insert into thing values (4, 'gone'); rollback`)
      await session.query(`insert into thing values (5, 'kept')`)
      deepEqual(ids(await readUntil(source, from, 3)), ['1', '3', '5'])
      await source.close()
    },
  },
  {
    name: 'of many who write at once nothing is lost, nothing doubled, and each is in order',
    async check(harness: SourceHarness) {
      const { source, from } = await followed(harness, COUNTED)
      const [written, events] = await Promise.all([
        writeAtOnce(harness, { writers: 6, transactions: 12 }),
        readUntil(source, from, 6 * 12 * 3),
      ])
      equal(events.length, written.length)
      deepEqual(new Set(ids(events)), new Set(written))
      const turns = new Map<string, number>()
      for (const event of events) {
        const writer = event.new?.['writer'] ?? ''
        const turn = Number(event.new?.['turn'])
        ok(turn > (turns.get(writer) ?? -1), `writer ${writer} at turn ${turn}`)
        turns.set(writer, turn)
      }
      deepEqual(await readUntil(source, from, events.length, 7), events)
      await source.close()
    },
  },
  {
    name: 'a transaction is in one piece',
    async check(harness: SourceHarness) {
      const { source, from } = await followed(harness, COUNTED)
      await writeAtOnce(harness, { writers: 4, transactions: 8 })
      const events = await readUntil(source, from, 4 * 8 * 3)
      const seen = new Set<bigint>()
      let last = 0n
      for (const { cursor } of events) {
        if (cursor.xid !== last) ok(!seen.has(cursor.xid), `transaction ${cursor.xid} goes on`)
        seen.add(cursor.xid)
        last = cursor.xid
      }
      equal(seen.size, 4 * 8)
      await source.close()
    },
  },
  {
    name: 'a table that is emptied is one event without rows',
    async check(harness: SourceHarness) {
      const { source, from } = await followed(harness)
      await harness.query(`insert into thing values (1, 'a')`)
      await harness.query('truncate thing')
      await harness.query(`insert into thing values (2, 'b')`)
      const events = await readUntil(source, from, 3)
      deepEqual(kinds(events), ['insert', 'truncate', 'insert'])
      const { key, old, new: row } = events[1] as JournalEvent
      deepEqual([key, old, row], [undefined, undefined, undefined])
      await source.close()
    },
  },
  {
    name: 'a table needs no key',
    async check(harness: SourceHarness) {
      await harness.query('create table public.thing (id int4, note text)')
      await harness.query('alter table thing replica identity full')
      await harness.follow(['thing'])
      const source = await harness.open()
      const from = await source.head()
      await harness.query(`insert into thing values (1, 'same'), (1, 'same')`)
      await harness.query(`update thing set note = null`)
      await harness.query('delete from thing')
      const events = await readUntil(source, from, 6)
      deepEqual(changesOf(events), [
        ...Array.from({ length: 2 }, () => inserted('1', 'same')),
        ...Array.from({ length: 2 }, () => updated('1', 'same', null)),
        ...Array.from({ length: 2 }, () => deleted('1', null)),
      ])
      ok(events.every(event => event.key === undefined))
      await source.close()
    },
  },
  {
    name: 'the shape of a table may change between two events',
    async check(harness: SourceHarness) {
      const { source, from } = await followed(harness)
      await harness.query(`insert into thing values (1, 'a')`)
      await harness.query('alter table thing add column size int4 default 7')
      await harness.query('insert into thing values (2, null, 8)')
      await harness.query('alter table thing drop column note')
      await harness.query('alter table thing rename column size to length')
      await harness.query('insert into thing values (3, 9)')
      const events = await readUntil(source, from, 3)
      deepEqual(
        events.map(event => ({ ...event.new })),
        [
          { id: '1', note: 'a' },
          { id: '2', note: null, size: '8' },
          { id: '3', length: '9' },
        ],
      )
      await source.close()
    },
  },
  {
    name: 'a huge transaction comes in pages, and takes no more memory than a small one',
    async check(harness: SourceHarness) {
      const rows = harness.hugeRows ?? 5_000
      const { source, from } = await followed(harness)
      await harness.query(
        `insert into thing select id, repeat('x', 500) from generate_series(1, ${rows}) id`,
      )
      const before = process.memoryUsage().heapUsed
      let [count, most] = [0, 0]
      let cursor: Cursor = from
      const until = Date.now() + 120_000
      while (count < rows && Date.now() < until) {
        for (const event of await source.read(cursor, 500)) {
          equal(event.key?.['id'], String(++count))
          cursor = event.cursor
        }
        most = Math.max(most, process.memoryUsage().heapUsed - before)
        await new Promise(resolve => setImmediate(resolve))
      }
      equal(count, rows)
      ok(most < HEAP_BYTES_MAX, `${most} bytes`)
      await source.close()
    },
  },
  {
    name: 'who starts again goes on behind its cursor, in the middle of a transaction too',
    async check(harness: SourceHarness) {
      const { source, from } = await followed(harness)
      await harness.query(`insert into thing values (1, 'a'), (2, 'b'), (3, 'c')`)
      await harness.query(`insert into thing values (4, 'd')`)
      const first = await readUntil(source, from, 2, 2)
      await source.close()
      await harness.query(`insert into thing values (5, 'e')`)
      const again = await harness.open()
      const rest = await readUntil(again, first[1]?.cursor ?? BEGINNING, 3)
      deepEqual(ids([...first.slice(0, 2), ...rest]), ['1', '2', '3', '4', '5'])
      await again.close()
    },
  },
  {
    name: 'a source that was cut off goes on when it is asked again',
    async check(harness: SourceHarness) {
      const { source, from } = await followed(harness)
      await harness.query(`insert into thing values (1, 'a')`)
      const [first] = await readUntil(source, from, 1)
      await harness.interrupt()
      await harness.query(`insert into thing values (2, 'b')`)
      const rest = await readUntil(source, first?.cursor ?? BEGINNING, 1)
      deepEqual(ids(rest), ['2'])
      await harness.interrupt()
      deepEqual(ids(await readUntil(source, from, 2)), ['1', '2'])
      await source.close()
    },
  },
  {
    name: 'cut off again and again while many write, it loses nothing and doubles nothing',
    async check(harness: SourceHarness) {
      const { source, from } = await followed(harness, COUNTED)
      let isWriting = true
      const interrupting = async () => {
        while (isWriting) {
          await harness.interrupt()
          await new Promise(resolve => setTimeout(resolve, 20))
        }
      }
      const writing = writeAtOnce(harness, { writers: 4, transactions: 20 }).finally(() => {
        isWriting = false
      })
      const reading = readUntil(source, from, 4 * 20 * 3)
      const [written, events] = await Promise.all([writing, reading, interrupting()])
      equal(events.length, written.length)
      deepEqual(new Set(ids(events)), new Set(written))
      await source.close()
    },
  },
  {
    name: 'below what it calls its horizon nothing comes any more',
    async check(harness: SourceHarness) {
      const { source, from } = await followed(harness, COUNTED)
      const events: JournalEvent[] = []
      const said: { readonly horizon: bigint; readonly count: number }[] = []
      const reading = async () => {
        const until = Date.now() + 20_000
        while (events.length < 4 * 12 * 3 && Date.now() < until) {
          events.push(...(await source.read(events.at(-1)?.cursor ?? from, 5)))
          said.push({ horizon: source.horizon ?? 0n, count: events.length })
          await new Promise(resolve => setTimeout(resolve, 2))
        }
      }
      await Promise.all([writeAtOnce(harness, { writers: 4, transactions: 12 }), reading()])
      equal(events.length, 4 * 12 * 3)
      for (const { horizon, count } of said) {
        ok(events.slice(count).every(({ cursor }) => cursor.xid >= horizon))
      }
      await source.close()
    },
  },
  {
    name: 'from the head on nothing is missed, of transactions either that had begun before',
    async check(harness: SourceHarness) {
      const { source } = await followed(harness)
      const session = await harness.session()
      await session.query(`begin; insert into thing values (1, 'a')`)
      const from = await source.head()
      await harness.query(`insert into thing values (2, 'b')`)
      await session.query('commit')
      deepEqual(new Set(ids(await readUntil(source, from, 2))), new Set(['1', '2']))
      await source.close()
    },
  },
])

const inserted = (id: string, note: string | null): Happened => ({
  kind: 'insert',
  new: { id, note },
})
const updated = (id: string, before: string | null, note: string | null): Happened => ({
  kind: 'update',
  old: { id, note: before },
  new: { id, note },
})
const deleted = (id: string, note: string | null): Happened => ({
  kind: 'delete',
  old: { id, note },
})
