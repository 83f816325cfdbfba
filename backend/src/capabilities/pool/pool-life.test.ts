import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { startFaultProxy } from '../../../tests/support/fault-proxy.ts'
import { systemClock } from '../../base/index.ts'
import type { PoolEvent } from './events.ts'
import type { Connection } from './member.ts'
import { createPool } from './pool.ts'
import { parseTarget } from './target.ts'
import type { PoolSetup } from './types.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

function open(options: Partial<PoolSetup> = {}) {
  const events: PoolEvent[] = []
  const observe = (event: PoolEvent) => void events.push(event)
  const pool = createPool({ target: parseTarget(database.url), observe, ...options })
  onTestFinished(() => pool.end(1_000).then(() => undefined))
  const kinds = () => events.map(({ kind }) => kind)
  return { pool, events, kinds }
}

function select(text: string) {
  return (connection: Connection) =>
    connection.batch([{ text, name: '', values: [], discard: false }])
}

function within(ms: number): { readonly deadline: number } {
  return { deadline: systemClock.now() + ms }
}

/** No reset, which would be what the faults meet. */
const VOUCHED = { leavesNoTrace: true }

function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  return expect.poll(isTrue, { timeout: 20_000, interval: 20 }).toBe(true)
}

async function isRunning(text: string): Promise<boolean> {
  const rows = await database.query(
    `select from pg_stat_activity where state = 'active' and query = $1`,
    [text],
  )
  return rows.length > 0
}

test('a statement that runs past the deadline is cancelled in PostgreSQL, and the connection serves the next', async () => {
  const { pool, events } = open({ sizeMax: 1 })
  await pool.use(select('select 1')) // Connecting may take longer than that.
  const text = 'select pg_sleep(60) as late'
  await expect(pool.use(select(text), within(150))).rejects.toMatchObject({
    code: 'ST514',
    status: 504,
  })
  expect(await isRunning(text)).toBe(false)
  expect(await pool.use(select('select 1'))).toEqual([[['1']]])
  expect(events).toContainEqual(expect.objectContaining({ reason: 'deadline' }))
  expect(pool.stats()).toMatchObject({ size: 1, opened: 1, cancelled: 1 })
})

test('so is a query through the driver', async () => {
  const { pool } = open({ sizeMax: 1 })
  await pool.use(select('select 1'))
  const late = pool.use(connection => connection.query('select pg_sleep(60)'), within(150))
  await expect(late).rejects.toMatchObject({ code: 'ST514' })
  expect(await pool.query('select 1 as one')).toEqual([{ one: 1 }])
  expect(pool.stats().opened).toBe(1)
})

test('past the deadline of the use no further statement is sent', async () => {
  const { pool } = open({ sizeMax: 1 })
  await database.query('create table sent (id int)')
  const late = pool.use(async connection => {
    await new Promise(resolve => setTimeout(resolve, 60))
    await select('insert into sent values (1)')(connection)
  }, within(40))
  await expect(late).rejects.toMatchObject({ code: 'ST514' })
  expect(await database.query('select from sent')).toEqual([])
})

test('a caller of a frozen server gets its answer at the deadline, not when the server wakes up', async () => {
  const { host, port } = parseTarget(database.url)
  const proxy = await startFaultProxy({ host, port })
  onTestFinished(() => proxy.stop())
  const { pool, events } = open({ target: parseTarget(proxy.urlFor(database.url)), sizeMax: 1 })
  await pool.use(select('select 1'), VOUCHED)
  proxy.freeze()
  await expect(pool.use(select('select 2'), within(100))).rejects.toMatchObject({ code: 'ST514' })
  await until(() => pool.stats().size === 0)
  proxy.thaw()
  expect(await pool.use(select('select 3'))).toEqual([[['3']]])
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'pool.disconnected', reason: 'broken' }),
  )
})

test('a query of the driver that fails is over when its whole answer has arrived: the next caller gets none of it', async () => {
  const { host, port } = parseTarget(database.url)
  const proxy = await startFaultProxy({ host, port })
  onTestFinished(() => proxy.stop())
  const { pool } = open({ target: parseTarget(proxy.urlFor(database.url)), sizeMax: 1 })
  await pool.query('select')
  proxy.bandwidth(2_000) // The error and the end of the answer arrive in different pieces, for some lengths.
  for (let length = 1; length <= 20; length += 2) {
    const text = `do $$ begin raise exception '${'x'.repeat(length)}'; end $$`
    await expect(pool.query(text)).rejects.toMatchObject({ code: 'P0001' })
    expect(await pool.use(select(`select 'mine'`))).toEqual([[['mine']]])
  }
  expect(pool.stats()).toMatchObject({ opened: 1, size: 1 })
})

test('a connection whose server has gone without a word is found out while it is idle', async () => {
  const { host, port } = parseTarget(database.url)
  const proxy = await startFaultProxy({ host, port })
  onTestFinished(() => proxy.stop())
  const target = parseTarget(proxy.urlFor(database.url))
  const { pool } = open({ target, sizeMax: 1, keepaliveMs: 200 })
  await pool.use(select('select 1'), VOUCHED)
  proxy.halfOpen()
  await until(() => pool.stats().size === 0)
  await proxy.heal()
  expect(await pool.use(select('select 2'))).toEqual([[['2']]])
})

test('50 callers at once on 5 connections are served by those', async () => {
  const { host, port } = parseTarget(database.url)
  const proxy = await startFaultProxy({ host, port })
  onTestFinished(() => proxy.stop())
  proxy.latency(25) // Connecting takes several round trips,
  const target = parseTarget(proxy.urlFor(database.url))
  const { pool } = open({ target, sizeMin: 5, sizeMax: 50 })
  await pool.fill()
  proxy.latency(1) // a statement takes one.
  for (let round = 0; round < 20; round++) await pool.use(select('select 1'), VOUCHED)
  const spike = Array.from({ length: 50 }, () => pool.use(select('select 1'), VOUCHED))
  expect(await Promise.all(spike)).toHaveLength(50)
  await new Promise(resolve => setTimeout(resolve, 1_000))
  expect(pool.stats().opened).toBeLessThanOrEqual(7)
})

test('a filled pool opens again what the server has ended', async () => {
  const { pool } = open({ sizeMin: 4, sizeMax: 8 })
  await pool.fill()
  expect(pool.stats()).toMatchObject({ size: 4, idle: 4 })
  await pool.use(() =>
    database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 's-tier' and datname = current_database()`,
    ),
  )
  await until(() => pool.stats().closed.broken === 4 && pool.stats().size === 4)
  expect(await pool.use(select('select 1'))).toEqual([[['1']]])
})

test('ending does not wait for connections that a silent server never opens', async () => {
  const clients = new Set<Socket>()
  const silent = createServer(client => {
    clients.add(client.resume())
    client.on('error', () => undefined).on('close', () => clients.delete(client))
  })
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void silent.close())
  const { port } = silent.address() as AddressInfo
  const { pool, kinds } = open({ target: { ...parseTarget(database.url), port }, sizeMin: 2 })
  const filled = expect(pool.fill()).rejects.toMatchObject({ code: 'ST511' })
  await until(() => clients.size === 2)
  expect(await pool.end(600_000)).toBe(0)
  await filled
  await until(() => clients.size === 0)
  expect(kinds()).toEqual([])
})

test('filling fails where there is no server', async () => {
  const { pool } = open({ target: parseTarget('postgres://u@127.0.0.1:1/x') })
  await expect(pool.fill()).rejects.toMatchObject({
    code: 'PGRST000',
    cause: { code: 'ECONNREFUSED' },
  })
})

test('a role that may have two connections gets two, and all callers are served', async () => {
  await database.query('create role narrow login connection limit 2')
  const url = new URL(database.url)
  url.username = 'narrow'
  const { pool, events } = open({ target: parseTarget(url.href), sizeMin: 6 })
  await pool.fill()
  const all = Array.from({ length: 20 }, () => pool.use(select('select pg_sleep(0.01)')))
  expect(await Promise.all(all)).toHaveLength(20)
  expect(pool.stats()).toMatchObject({ size: 2, ceiling: 2 })
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'pool.connects-held-back', reason: 'server-full' }),
  )
  await pool.end(1_000)
  await database.query('drop role narrow')
})

test('those who hold a connection to an evicted server are told why at once', async () => {
  const { pool } = open({ sizeMax: 2 })
  const running = pool.use(select('select pg_sleep(60) as evicted'))
  const told = expect(running).rejects.toMatchObject({
    code: 'PGRST001',
    status: 503,
    cause: { message: 'the node was demoted' },
  })
  await until(() => isRunning('select pg_sleep(60) as evicted'))
  pool.evict(new Error('the node was demoted'), 'now')
  await told
  expect(await pool.use(select('select 1'))).toEqual([[['1']]])
})
