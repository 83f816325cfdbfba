import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FaultProxy, startFaultProxy } from '../../../../tests/support/fault-proxy.ts'
import {
  type LogicalDatabase,
  type LogicalServer,
  startLogical,
} from '../../../../tests/support/logical.ts'
import { BEGINNING } from '../cursor.ts'
import { createReader } from '../reader.ts'
import { readUntil } from '../testing/reading.ts'
import type { Cursor, JournalEvent } from '../types.ts'
import type { WalEvent } from './change.ts'
import type { WalObservation } from './events.ts'
import type { WalSourceOptions } from './options.ts'
import { createPublication, dropPublication } from './publication.ts'
import { createSlot, dropSlot, slotStatus } from './slot.ts'
import { createSlotCheckpoints } from './slot-checkpoints.ts'
import { createWalSource, type WalSource } from './source.ts'

let server: LogicalServer
const sources: WalSource[] = []
beforeAll(async () => {
  server = await startLogical()
})
afterAll(async () => {
  await Promise.all(sources.map(source => source.close()))
  await server.stop()
})

/** A database whose tables are published, with a slot. */
async function logged(
  sql = 'create table thing (id int8 primary key, note text)',
  tables = ['thing'],
) {
  const database = await server.createDatabase(sql)
  await createPublication(
    database,
    database.name,
    tables.map(table => ({ schema: 'public', table })),
  )
  await createSlot(database, database.name)
  return database
}

function openSource(
  database: LogicalDatabase,
  options: WalSourceOptions & { readonly connect?: LogicalDatabase['connect'] } = {},
) {
  const told: WalObservation[] = []
  const { name, connect } = database
  const source = createWalSource({
    ...{ database, connect, slot: name, publication: name, observe: event => told.push(event) },
    ...options,
  })
  sources.push(source)
  return { source, told, kinds: () => told.map(event => event.kind) }
}

const read = (source: WalSource, from: Cursor, count: number) =>
  readUntil(source, from, count) as Promise<readonly WalEvent[]>
const ids = (events: readonly JournalEvent[]) => events.map(event => event.key?.['id'])
const plain = (event: WalEvent | undefined) =>
  event && {
    key: { ...event.key },
    old: { ...event.old },
    new: { ...event.new },
    absent: event.absent,
  }

describe('what the log says of the row before', () => {
  const long = `(select string_agg(md5(n::text), '') from generate_series(1, 500) n)`
  const change = `insert into thing values (1, 'a', ${long}); update thing set note = 'b'; update thing set id = 2; delete from thing`
  const table = 'create table thing (id int8 primary key, note text, long text);'

  test('with the key as identity: nothing, unless the key changed; and no long value that was not touched', async () => {
    const database = await logged(table)
    const { source } = openSource(database)
    await database.query(change)
    const [, update, move, removal] = await read(source, BEGINNING, 4)
    expect(plain(update)).toEqual({
      key: { id: '1' },
      old: {},
      new: { id: '1', note: 'b' },
      absent: ['long'],
    })
    expect(update?.old).toBe(undefined)
    expect(plain(move)).toEqual({
      ...{ key: { id: '2' }, old: { id: '1' }, new: { id: '2', note: 'b' } },
      absent: ['note', 'long'],
    })
    expect(plain(removal)).toEqual({
      key: { id: '2' },
      old: { id: '2' },
      new: {},
      absent: ['note', 'long'],
    })
    expect(removal?.new).toBe(undefined)
  })

  test('with the whole row as identity: everything, and the key comes from the catalog', async () => {
    const database = await logged(`${table} alter table thing replica identity full`)
    const { source } = openSource(database)
    await database.query(change)
    const events = await read(source, BEGINNING, 4)
    const value = events[0]?.new?.['long'] ?? ''
    expect(value).toHaveLength(16_000)
    expect(events.slice(1).map(plain)).toEqual([
      {
        ...{ key: { id: '1' }, old: { id: '1', note: 'a', long: value } },
        ...{ new: { id: '1', note: 'b', long: value }, absent: [] },
      },
      {
        ...{ key: { id: '2' }, old: { id: '1', note: 'b', long: value } },
        ...{ new: { id: '2', note: 'b', long: value }, absent: [] },
      },
      { key: { id: '2' }, old: { id: '2', note: 'b', long: value }, new: {}, absent: [] },
    ])
  })

  test('with another index as identity the key is that of the catalog, where the row has it', async () => {
    const database = await logged(
      `create table thing (id int8 primary key, note text not null unique);
      alter table thing replica identity using index thing_note_key`,
    )
    const { source } = openSource(database)
    await database.query(`insert into thing values (1, 'a'); delete from thing`)
    const [insert, removal] = await read(source, BEGINNING, 2)
    expect(plain(insert)?.key).toEqual({ id: '1' })
    expect(removal?.key).toBe(undefined)
    expect(plain(removal)).toMatchObject({ old: { note: 'a' }, absent: ['id'] })
  })
})

test('values look as row_to_json makes them; what it makes of others is left out', async () => {
  const columns = `id int8 primary key, small int2, amount numeric, share float8, ok bool, at timestamptz, on_day date,
    local timestamp, day_time time, long interval, raw bytea, code uuid, plain json, body jsonb, word jsonb, nothing jsonb,
    tags text[], sums numeric[], flags bool[], times timestamptz[], bodies jsonb[], addresses inet[], grid int4[],
    feeling mood, feelings mood[], price positive, vector int2vector, spread int4range, bits varbit, wide char(3), point pair,
    points pair[]`
  const database = await logged(`create type mood as enum ('good', 'so so');
    create domain positive as numeric check (value > 0); create type pair as (a int4, b int4);
    create table thing (${columns})`)
  const { source } = openSource(database)
  await database.query(`set timezone = 'Asia/Tokyo'`)
  await database.query(`insert into thing values (9007199254740993, 1, 12.50, 1e300, true, '2026-11-22 15:00:00.5+01', '2026-11-22',
    '2026-11-22 15:00', '15:00', '1 day 2 hours', '\\xdeadbeef', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a" : [1]}', '{"a":"b"}',
    '"wo\\"rd"', 'null', '{a,"b c",null,"q\\"q"}', '{1.50,NaN}', '{t,f}', '{"2026-11-22 15:00:00+00",infinity}',
    array['{"a": "b"}'::jsonb, '1'], '{10.0.0.1}', '[2:3][1:2]={{1,2},{3,null}}', 'so so', '{good,"so so"}', 1.20, '1 2', '[1,5)',
    '101', 'a', '(1,2)', array['(1,2)'::pair])`)
  await database.query(
    `insert into thing (id, share, at) values (2, 'NaN', '0044-03-15 12:00:00+00 BC')`,
  )
  const events = await read(source, BEGINNING, 2)
  const client = await database.client()
  await client.query(`set timezone = 'UTC'`)
  const { rows } = await client.query<{ name: string; value: string | null }>(
    `select key as name, case json_typeof(value) when 'string' then value #>> '{}' when 'null' then null else value::text end as value
    from (select t.* from thing t order by id desc limit 2) t, json_each(row_to_json(t)) order by id desc`,
  )
  const expected = rows.filter(({ name, value }) => value === null || !UNSAID.includes(name))
  const found = events.flatMap(event => Object.entries(event.new ?? {}))
  expect(found).toEqual(expected.map(({ name, value }) => [name, value]))
  expect(events.map(event => event.absent)).toEqual([UNSAID, []])
})
const UNSAID = ['vector', 'point', 'points']

test('a transaction may say who it is; a partition is told by its own name', async () => {
  const database = await logged(
    `create table thing (id int8 primary key) partition by range (id);
    create table low partition of thing for values from (0) to (10)`,
  )
  const { source } = openSource(database)
  const client = await database.client()
  const writer = { role: 'anna', claims: '{"sub":"7"}', requestId: 'r-1', trace: '00-1-2-01' }
  await client.query('begin')
  await client.query(`select pg_logical_emit_message(true, 's_tier.writer', $1)`, [
    JSON.stringify(writer),
  ])
  await client.query('insert into thing values (1)')
  await client.query('commit')
  await client.query('create table high partition of thing for values from (10) to (20)')
  await client.query('insert into thing values (11)')
  const events = await read(source, BEGINNING, 2)
  expect(events[0]).toMatchObject({ table: 'low', ...writer })
  expect(events[1]).toMatchObject({ table: 'high', role: undefined })
})

describe('the slot', () => {
  test('moves when a reader keeps its place, and with the log while nothing is for it', async () => {
    const database = await logged()
    const { source } = openSource(database, { statusEveryMs: 20 })
    const confirmed = async () => (await slotStatus(database, database.name))?.confirmed ?? 0n
    const before = await confirmed()
    await database.query(`insert into thing values (1, 'a')`)
    const [event] = await read(source, BEGINNING, 1)
    await database.query('create table other (id int8)')
    await database.query('insert into other select generate_series(1, 100)')
    expect(await confirmed()).toBe(before)
    source.acknowledge(event?.cursor ?? BEGINNING)
    const [row] = await database.query<{ lsn: string }>(
      `select (pg_current_wal_lsn() - '0/0')::text as lsn`,
    )
    await expect.poll(confirmed).toBeGreaterThanOrEqual(BigInt(row?.lsn ?? 0))
    expect(await source.read(event?.cursor ?? BEGINNING, 10)).toEqual([])
  })

  test('moves by reading on, where that is enough', async () => {
    const database = await logged()
    const { source } = openSource(database, { acknowledgeBy: 'reading' })
    await database.query(`insert into thing values (1, 'a')`)
    const before = await source.confirmed()
    const [event] = await read(source, BEGINNING, 1)
    await source.read(event?.cursor ?? BEGINNING, 1)
    const confirmed = async () => (await source.confirmed()).position
    await expect.poll(confirmed).toBeGreaterThan(before.position)
  })

  test('is where a reader goes on when it is started again, and gets what it had not acknowledged', async () => {
    const database = await logged()
    const seen: string[] = []
    for (const round of [1, 2, 3]) {
      const { source } = openSource(database)
      const reader = createReader({
        source,
        from: BEGINNING,
        checkpoint: { name: 'cache', store: createSlotCheckpoints(source) },
        sweepMs: 3_600_000, // What has arrived says so.
        onEvents: events => void seen.push(...events.map(event => event.key?.['id'] ?? '')),
      })
      reader.start()
      await expect.poll(() => reader.status().state).toBe('reading')
      await database.query(`insert into thing values (${round}, 'a')`)
      await expect.poll(() => seen.at(-1)).toBe(String(round))
      await reader.stop()
      await source.close()
      await database.query(`insert into thing values (${round + 10}, 'while nobody reads')`)
    }
    expect(seen).toEqual(['1', '11', '2', '12', '3'])
  })

  test('that is missing, of another plugin, or in use, is an error that says so', async () => {
    const database = await logged()
    const { source } = openSource(database)
    await source.read(BEGINNING, 1)
    const { source: second } = openSource(database)
    const { processId } = (await slotStatus(database, database.name)) ?? {}
    await expect(second.read(BEGINNING, 1)).rejects.toMatchObject({ code: 'ST634', processId })
    await expect(second.stall()).resolves.toMatchObject({ processId, state: 'active' })
    expect(await source.stall()).toBe(undefined)
    await expect(dropSlot(database, database.name)).rejects.toMatchObject({ code: 'ST634' })
    await source.close()
    await expect(source.read(BEGINNING, 1)).rejects.toMatchObject({ code: 'ST639' })
    expect(await createSlot(database, database.name)).toBe(false)
    await dropSlot(database, database.name)
    await expect(second.read(BEGINNING, 1)).rejects.toMatchObject({ code: 'ST633' })
    await expect(dropSlot(database, database.name)).rejects.toMatchObject({ code: 'ST633' })
    await database.query(`select pg_create_physical_replication_slot('${database.name}', true)`)
    await expect(second.read(BEGINNING, 1)).rejects.toMatchObject({ code: 'ST637' })
    await database.query(`select pg_drop_replication_slot('${database.name}')`)
  })

  test('that was made anew has a gap before it, and reading goes on behind that', async () => {
    const database = await logged()
    const { source } = openSource(database)
    await database.query(`insert into thing values (1, 'a')`)
    const [event] = await read(source, BEGINNING, 1)
    const cursor = event?.cursor ?? BEGINNING
    await source.close()
    await dropSlot(database, database.name)
    await database.query(`insert into thing values (2, 'missed')`)
    await createSlot(database, database.name)
    const { source: again } = openSource(database)
    await expect(again.read(cursor, 1)).rejects.toMatchObject({ code: 'ST623', reason: 'removed' })
    await database.query(`insert into thing values (3, 'c')`)
    expect(ids(await read(again, BEGINNING, 1))).toEqual(['3'])
  })

  test('reads again what was not acknowledged, and says what was and is gone', async () => {
    const database = await logged()
    const { source } = openSource(database)
    for (const id of [1, 2, 3]) await database.query(`insert into thing values (${id}, 'a')`)
    const [first, second] = await read(source, BEGINNING, 3)
    const cursor = first?.cursor ?? BEGINNING
    await source.read(second?.cursor ?? BEGINNING, 10)
    expect(ids(await read(source, cursor, 2))).toEqual(['2', '3'])
    source.acknowledge(second?.cursor ?? BEGINNING)
    await source.read(second?.cursor ?? BEGINNING, 10)
    await expect(source.read(cursor, 10)).rejects.toMatchObject({ code: 'ST623' })
    expect(ids(await read(source, BEGINNING, 1))).toEqual(['3'])
  })
})

test('with more than may wait, the server is not listened to until there is room', async () => {
  const database = await logged()
  const { source } = openSource(database, { bufferBytesMax: 65_536 })
  await source.read(BEGINNING, 1)
  await database.query(
    `insert into thing select id, repeat('x', 1000) from generate_series(1, 5000) id`,
  )
  await expect.poll(() => source.status().isPaused).toBe(true)
  await pause(50) // Whatever is on its way arrives.
  let most = 0
  let cursor: Cursor = BEGINNING
  for (let count = 0; count < 5_000; ) {
    most = Math.max(most, source.status().waitingBytes)
    for (const event of await source.read(cursor, 100)) {
      cursor = event.cursor
      count += 1
    }
    await new Promise(resolve => setImmediate(resolve))
  }
  expect(await source.read(cursor, 1)).toEqual([])
  expect(most).toBeLessThan(3 * 65_536)
  expect(source.status()).toMatchObject({ isStreaming: true, isPaused: false })
})

test('a server that has vanished without a word is noticed, and reading goes on when it is back', async () => {
  const database = await logged()
  const proxy = await proxyTo(server)
  const connect = (): ReturnType<LogicalDatabase['connect']> =>
    database.connect({ port: proxy.port })
  const { source, kinds } = openSource(database, { connect, statusEveryMs: 50, silenceMs: 300 })
  await database.query(`insert into thing values (1, 'a')`)
  const [first] = await read(source, BEGINNING, 1)
  proxy.halfOpen()
  await database.query(`insert into thing values (2, 'b')`)
  await expect.poll(kinds, { timeout: 10_000 }).toContain('journal.stream-lost')
  const cursor = first?.cursor ?? BEGINNING
  await expect(source.read(cursor, 1)).rejects.toThrow()
  await proxy.heal()
  expect(ids(await read(source, cursor, 1))).toEqual(['2'])
  await proxy.stop()
})

async function proxyTo({ node }: LogicalServer): Promise<FaultProxy> {
  return startFaultProxy({ host: '127.0.0.1', port: node.port })
}

test('tables without a key are not published, which would stop their updates; others are replaced', async () => {
  const database =
    await server.createDatabase(`create table thing (id int8 primary key); create table "Other" (id int8);
    create table parts (id int8) partition by range (id); create table part partition of parts default`)
  const named = (...tables: string[]) => tables.map(table => ({ schema: 'public', table }))
  const { name } = database
  await expect(
    createPublication(database, name, named('thing', 'Other', 'parts')),
  ).rejects.toMatchObject({
    code: 'ST636',
    details: '"Other", part',
    hint: expect.stringContaining('alter table "Other" replica identity full'),
  })
  await createPublication(database, name, named('thing'))
  await database.query('alter table "Other" replica identity full')
  await createPublication(database, name, named('Other'))
  const published = await database.query('select tablename from pg_publication_tables')
  expect(published).toEqual([{ tablename: 'Other' }])
  await createSlot(database, name)
  await expect(dropPublication(database, name)).resolves.toBe(true)
  await expect(dropPublication(database, name)).resolves.toBe(false)
  await expect(openSource(database).source.read(BEGINNING, 1)).rejects.toMatchObject({
    code: 'ST636',
  })
})

test('a role with the right of replication and no other can read', async () => {
  const database = await logged()
  await database.query(`create role ${database.name} login replication`)
  const client = await database.client(database.name)
  const source = createWalSource({
    connect: () => database.connect({ user: database.name }),
    database: {
      query: async (text, values) => (await client.query(text, values && [...values])).rows,
    },
    ...{ slot: database.name, publication: database.name },
  })
  sources.push(source)
  const from = await source.head()
  await database.query(`insert into thing values (1, 'a')`)
  expect(ids(await read(source, from, 1))).toEqual(['1'])
  expect(await source.identity?.()).toMatch(
    new RegExp(`^\\d+:[0-9A-F]{8}:${database.name}:${database.name}$`),
  )
})
