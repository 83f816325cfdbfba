import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  type LogicalDatabase,
  type LogicalServer,
  startLogical,
} from '../../../../tests/support/logical.ts'
import { type ReplicatedNode, startReplicated } from '../../../../tests/support/replicated.ts'
import { BEGINNING } from '../cursor.ts'
import { readUntil } from '../testing/reading.ts'
import type { JournalEvent } from '../types.ts'
import type { WalObservation } from './events.ts'
import type { WalSourceOptions } from './options.ts'
import { createPublication } from './publication.ts'
import { createSlot, dropSlot, slotStatus } from './slot.ts'
import { createWalSource } from './source.ts'

let server: LogicalServer
const ends: (() => Promise<void>)[] = []
beforeAll(async () => {
  server = await startLogical()
})
afterAll(() => server.stop())
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function logged(): Promise<LogicalDatabase> {
  const database = await server.createDatabase('create table thing (id int8 primary key)')
  await createPublication(database, database.name, [{ schema: 'public', table: 'thing' }])
  await createSlot(database, database.name)
  return database
}

function openSource(database: LogicalDatabase, options: WalSourceOptions = {}) {
  const told: WalObservation[] = []
  const { name, connect } = database
  const observe = (event: WalObservation) => void told.push(event)
  const source = createWalSource({
    database,
    connect,
    slot: name,
    publication: name,
    observe,
    ...options,
  })
  ends.push(source.close)
  return { source, told, kinds: () => told.map(event => event.kind) }
}

const ids = (events: readonly JournalEvent[]) => events.map(event => event.key?.['id'])

test('without a limit to what a slot keeps nothing is read, unless that is allowed', async () => {
  const database = await logged()
  await keepAtMost('-1', database)
  const { source } = openSource(database)
  const code = () => source.read(BEGINNING, 1).catch((error: { code: string }) => error.code)
  await expect.poll(code).toBe('ST632')
  await source.close()
  const { source: allowed } = openSource(database, { isUnlimitedAllowed: true })
  await database.query('insert into thing values (1)')
  expect(ids(await readUntil(allowed, BEGINNING, 1))).toEqual(['1'])
  await keepAtMost('4GB', database)
})

/** Resolves when the server has read it, and the sessions that are looked from have. */
async function keepAtMost(size: string, database: LogicalDatabase): Promise<void> {
  await server.node.query(`alter system set max_slot_wal_keep_size = '${size}'`)
  await server.node.query('select pg_reload_conf()')
  for (const { query } of [server.node, database]) {
    const kept = async () => (await query('show max_slot_wal_keep_size'))[0]
    await expect.poll(kept).toEqual({ max_slot_wal_keep_size: size })
  }
}

test('a server that shuts down does not wait for what was not acknowledged, and none of that is lost', async () => {
  const database = await logged()
  const { source, kinds } = openSource(database)
  await database.query('create unlogged table survivor as select 1 as one') // A crash would empty it.
  await database.query('insert into thing values (1)')
  const [event] = await readUntil(source, BEGINNING, 1)
  await server.node.stop()
  await expect.poll(kinds).toContain('journal.stream-lost')
  await expect(source.read(event?.cursor ?? BEGINNING, 1)).rejects.toThrow()
  await server.node.start()
  expect(await database.query('select one from survivor')).toEqual([{ one: 1 }])
  await database.query('insert into thing values (2)')
  expect(ids(await readUntil(source, BEGINNING, 2))).toEqual(['1', '2'])
})

test('a server that was killed loses nothing', async () => {
  const database = await logged()
  const { source } = openSource(database)
  await database.query('insert into thing values (1)')
  const [event] = await readUntil(source, BEGINNING, 1)
  const cursor = event?.cursor ?? BEGINNING
  source.acknowledge(cursor)
  await database.query('insert into thing values (2)')
  await server.node.kill()
  await server.node.start()
  await database.query('insert into thing values (3)')
  expect(ids(await readUntil(source, cursor, 2))).toEqual(['2', '3'])
})

test('a slot that the server gave up is told, is an error until it is made anew, and leaves a gap', async () => {
  const database = await logged()
  const { source, told, kinds } = openSource(database, {
    checkEveryMs: 20,
    lagBytesTold: 1_000_000,
  })
  await database.query('insert into thing values (1)')
  const [event] = await readUntil(source, BEGINNING, 1)
  const cursor = event?.cursor ?? BEGINNING
  const write = (bytes: number) =>
    database.query(`select pg_logical_emit_message(false, 'filler', repeat('x', ${bytes}))`)
  const kindsAfterMore = async () => {
    await write(100_000)
    return kinds()
  }
  await expect.poll(kindsAfterMore).toContain('journal.slot-lagging')
  expect(kinds()).not.toContain('journal.slot-lost')
  await keepAtMost('1MB', database)
  const status = async () => {
    await write(1_000_000)
    await database.query('select pg_switch_wal()')
    await database.query('checkpoint')
    return (await slotStatus(database, database.name))?.walStatus
  }
  await expect.poll(status).toBe('lost')
  await expect.poll(kinds).toContain('journal.slot-lost')
  expect(kinds().filter(kind => kind === 'journal.slot-lost')).toHaveLength(1)
  expect(kinds().filter(kind => kind === 'journal.slot-lagging')).toHaveLength(1)
  await expect.poll(kinds).toContain('journal.stream-lost')
  expect(told.find(each => each.kind === 'journal.slot-lost')).toMatchObject({
    slot: database.name,
  })
  await expect(source.read(cursor, 1)).rejects.toMatchObject({ code: 'ST635' })
  await dropSlot(database, database.name)
  await expect(source.read(cursor, 1)).rejects.toMatchObject({ code: 'ST633' })
  await createSlot(database, database.name)
  await expect(source.read(cursor, 1)).rejects.toMatchObject({ code: 'ST623', reason: 'removed' })
  await database.query('insert into thing values (2)')
  expect(ids(await readUntil(source, BEGINNING, 1))).toEqual(['2'])
})

test('a failover leaves the slot behind: it has to be made on the new primary, and there is a gap', async () => {
  const cluster = await startReplicated({ standbys: 1 })
  ends.push(cluster.stop)
  const [standby] = cluster.standbys as [ReplicatedNode]
  let primary = cluster.primary
  const database = {
    query: (text: string, values?: readonly unknown[]) =>
      primary.query(text, values && [...values]),
  }
  const source = createWalSource({
    ...{ database, slot: 'slot', publication: 'all_of_it', isUnlimitedAllowed: true },
    connect() {
      const config = { connectionString: primary.url, replication: 'database' }
      return new pg.Client(config)
    },
  })
  ends.push(source.close)
  await primary.query('create table thing (id int8 primary key)')
  await createPublication(database, 'all_of_it', [{ schema: 'public', table: 'thing' }])
  await createSlot(database, 'slot')
  await primary.query('insert into thing values (1)')
  const [event] = await readUntil(source, BEGINNING, 1)
  const cursor = event?.cursor ?? BEGINNING
  source.acknowledge(cursor)
  await standby.caughtUp(await primary.lsn())
  await primary.kill()
  await standby.promote()
  primary = standby
  const code = () => source.read(cursor, 1).catch((error: { code: string }) => error.code)
  await expect.poll(code).toBe('ST633')
  await createSlot(database, 'slot')
  await expect(source.read(cursor, 1)).rejects.toMatchObject({ code: 'ST623', reason: 'timeline' })
  await primary.query('insert into thing values (2)')
  expect(ids(await readUntil(source, BEGINNING, 1))).toEqual(['2'])
})
