import { type AddressInfo, connect, createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import type { Connection } from './member.ts'
import type { PoolEvent } from './events.ts'
import { createPool } from './pool.ts'
import type { Pool, PoolSetup } from './types.ts'
import { parseTarget } from './target.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

/** A pool that writes down what it tells. */
function createObserved(options: Partial<PoolSetup> = {}) {
  const events: PoolEvent[] = []
  const observe = (event: PoolEvent) => void events.push(event)
  const pool = createPool({ target: parseTarget(database.url), observe, ...options })
  const kinds = () => events.map(event => event.kind)
  return { pool, events, kinds }
}

function select(text: string) {
  return (connection: Connection, signal?: { aborted: boolean }) =>
    connection.batch([{ text, name: '', values: [], discard: false }], signal)
}

/** A connection taken out of the pool until it is released. */
async function hold(pool: Pool, signal?: { aborted: boolean }) {
  let release = () => {}
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  const connection = await new Promise<Connection>((resolve, reject) => {
    const work = (taken: Connection) => {
      resolve(taken)
      return released
    }
    pool.use(work, { signal }).catch(reject)
  })
  return { connection, release }
}

function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  return expect.poll(isTrue, { timeout: 10_000, interval: 10 }).toBe(true)
}

async function isRunning(text: string): Promise<boolean> {
  const rows = await database.query(
    `select from pg_stat_activity where state = 'active' and query = $1`,
    [text],
  )
  return rows.length > 0
}

test('connections are opened when they are wanted, shared, and counted', async () => {
  const { pool, kinds } = createObserved({ sizeMax: 2 })
  const nothing = { size: 0, idle: 0, busy: 0, connecting: 0, sizeMin: 2, sizeMax: 2, waiting: 0 }
  expect(pool.stats()).toMatchObject(nothing)
  const first = await hold(pool)
  const second = await hold(pool)
  const third = hold(pool)
  expect(pool.stats()).toMatchObject({ size: 2, busy: 2, idle: 0, waiting: 1 })
  second.release()
  expect((await third).connection).toBe(second.connection)
  first.release()
  ;(await third).release()
  await until(() => pool.stats().idle === 2)
  expect(pool.stats()).toMatchObject({ size: 2, busy: 0, idle: 2, waiting: 0 })
  expect(kinds()).toEqual(['pool.connected', 'pool.connected'])
  expect(await pool.end(1_000)).toBe(0)
})

test('whoever waits is served in turn', async () => {
  const { pool } = createObserved({ sizeMax: 1 })
  const order: number[] = []
  const tasks = [1, 2, 3, 4].map(number =>
    pool.use(async connection => {
      order.push(number)
      await select('select 1')(connection)
    }),
  )
  await Promise.all(tasks)
  expect(order).toEqual([1, 2, 3, 4])
  await pool.end(1_000)
})

test('a wait that takes too long ends with PGRST003', async () => {
  const { pool, kinds } = createObserved({ sizeMax: 1, acquireTimeoutMs: 50 })
  const lease = await hold(pool)
  await expect(hold(pool)).rejects.toMatchObject({
    code: 'PGRST003',
    status: 504,
    headers: { 'retry-after': '1' },
  })
  expect(kinds()).toContain('pool.acquire-timed-out')
  lease.release()
  await pool.use(select('select 1'))
  await pool.end(1_000)
})

test('when too many wait already, one more is refused at once', async () => {
  const { pool, kinds } = createObserved({ sizeMax: 1, queueMax: 2 })
  const lease = await hold(pool)
  const waiting = [pool.use(select('select 1')), pool.use(select('select 1'))]
  await expect(hold(pool)).rejects.toMatchObject({
    code: 'ST510',
    status: 503,
    headers: { 'retry-after': '1' },
  })
  expect(kinds()).toContain('pool.queue-full')
  lease.release()
  await Promise.all(waiting)
  await pool.end(1_000)
})

test('a queue of none still lets callers wait for the connections being opened', async () => {
  const { pool } = createObserved({ sizeMax: 4, queueMax: 0 })
  const tasks = [1, 2, 3, 4].map(() => pool.use(select('select pg_sleep(0.05)')))
  await expect(hold(pool)).rejects.toMatchObject({ code: 'ST510' })
  await Promise.all(tasks)
  await pool.end(1_000)
})

test('a caller that goes away while waiting leaves the queue', async () => {
  const { pool } = createObserved({ sizeMax: 1 })
  const lease = await hold(pool)
  const signal = { aborted: false }
  const waiting = hold(pool, signal)
  signal.aborted = true
  await expect(waiting).rejects.toMatchObject({ code: 'ST512', status: 499 })
  expect(pool.stats().waiting).toBe(0)
  lease.release()
  await pool.end(1_000)
})

test('a caller that goes away has its statement cancelled, and the connection serves the next', async () => {
  const { pool, kinds } = createObserved({ sizeMax: 1 })
  const controller = new AbortController()
  const text = 'select pg_sleep(60) as cancelled'
  const running = pool.use(connection => select(text)(connection, controller.signal))
  await until(() => isRunning(text))
  controller.abort()
  await expect(running).rejects.toMatchObject({ code: 'ST512' })
  expect(await isRunning(text)).toBe(false)
  for (let round = 0; round < 20; round++) await pool.use(select('select pg_sleep(0.001)'))
  expect(kinds()).toEqual(['pool.connected', 'pool.cancelled'])
  await pool.end(1_000)
})

test('a cancel request that comes too late for its batch ends none that follows', async () => {
  const target = parseTarget(database.url)
  let requests = 0
  let letGo = (): void => undefined
  const proxy = createServer(client => {
    const server = connect(target.port, target.host)
    const forward = () => void client.pipe(server).pipe(client)
    client.on('error', () => server.destroy())
    server.on('error', () => client.destroy())
    if (requests++ === 0) forward()
    else letGo = forward
  })
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  const pool = createPool({ target: { ...target, host: '127.0.0.1', port }, sizeMax: 1 })
  const results = await pool.use(async connection => {
    const signal = { aborted: false }
    const abandoned = select('select pg_sleep(0.2)')(connection, signal)
    signal.aborted = true
    await until(() => requests === 2)
    await abandoned
    const next = select(`select pg_sleep(0.5)::text || 'done'`)(connection)
    setTimeout(() => letGo(), 100) // Long after the next one would have begun.
    return next
  })
  expect(results).toEqual([[['done']]])
  await pool.end(1_000)
  proxy.close()
})

test('a cancelled transaction is rolled back, and others are left alone', async () => {
  const { pool } = createObserved({ sizeMax: 2 })
  await database.query('create table written (id int)')
  const signal = { aborted: false }
  const sleep = 'select pg_sleep(60) as abandoned'
  const steps = ['begin', 'insert into written values (1)', sleep]
  const abandoned = pool.use(connection =>
    connection.batch(
      steps.map(text => ({ text, name: '', values: [], discard: true })),
      signal,
    ),
  )
  const other = pool.use(connection =>
    select('select pg_sleep(0.3)')(connection, { aborted: false }),
  )
  await until(() => isRunning(sleep))
  signal.aborted = true
  await expect(abandoned).rejects.toMatchObject({ code: 'ST512' })
  await other
  expect(await database.query('select * from written')).toEqual([])
  await pool.end(1_000)
})

test('a killed backend costs one error, and the pool goes on', async () => {
  const { pool, events } = createObserved({ sizeMax: 1 })
  const text = 'select pg_sleep(60) as killed'
  const failing = expect(pool.use(select(text))).rejects.toMatchObject({
    code: 'PGRST001',
    status: 503,
    cause: { code: '57P01', isFatal: true },
  })
  await until(() => isRunning(text))
  await database.query('select pg_terminate_backend(pid) from pg_stat_activity where query = $1', [
    text,
  ])
  await failing
  expect(await pool.use(select('select 1'))).toEqual([[['1']]])
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'pool.disconnected', reason: 'broken' }),
  )
  await pool.end(1_000)
})

test('an idle connection that the server ends is never handed out', async () => {
  const { pool } = createObserved({ sizeMax: 1 })
  const processId = await pool.use(async connection => connection.processId)
  await database.query('select pg_terminate_backend($1)', [processId])
  await until(() => pool.stats().size === 0)
  expect(await pool.use(select('select 1'))).toEqual([[['1']]])
  await pool.end(1_000)
})

test('a connection lost while it is out fails its next statement and is not taken back', async () => {
  const { pool } = createObserved({ sizeMax: 1 })
  const { connection, release } = await hold(pool)
  await database.query('select pg_terminate_backend($1)', [connection.processId])
  await until(() => pool.stats().size === 0)
  await expect(select('select 1')(connection)).rejects.toMatchObject({ code: 'PGRST001' })
  await expect(connection.query('select 1')).rejects.toMatchObject({ code: 'PGRST001' })
  release()
  expect(pool.stats()).toMatchObject({ size: 0, idle: 0 })
  await pool.end(1_000)
})

test('a server that is not there fails everybody who waits, without the details of where', async () => {
  const { pool, events } = createObserved({
    target: parseTarget('postgres://u:secret@127.0.0.1:1/x'),
  })
  const waiting = [1, 2, 3].map(() => pool.use(select('select 1')))
  for (const result of await Promise.allSettled(waiting)) {
    expect(result).toMatchObject({
      status: 'rejected',
      reason: { code: 'PGRST000', status: 503, details: null, cause: { code: 'ECONNREFUSED' } },
    })
  }
  expect(events[0]?.kind).toBe('pool.connect-failed')
  expect(pool.stats()).toMatchObject({ size: 0, connecting: 0, waiting: 0 })
  expect(await pool.end(1_000)).toBe(0)
})

test('a caller that leaves a statement running behind costs the connection', async () => {
  const { pool, events } = createObserved({ sizeMax: 1 })
  const left = await pool.use(async connection => ({
    batch: select('select pg_sleep(60)')(connection).catch(error => error),
  }))
  expect(await left.batch).toMatchObject({ code: 'PGRST001' })
  expect(events.at(-1)).toMatchObject({ kind: 'pool.disconnected', reason: 'unclean' })
  expect(await pool.use(select('select 1'))).toEqual([[['1']]])
  await pool.end(1_000)
})

test('unused and old connections are closed', async () => {
  const { pool, events } = createObserved({ sizeMax: 2, idleTimeoutMs: 1, lifetimeMs: 60_000 })
  await pool.use(select('select 1'))
  await until(() => pool.stats().size === 0)
  expect(events.at(-1)).toMatchObject({ kind: 'pool.disconnected', reason: 'idle' })
  await pool.end(1_000)

  const aging = createObserved({ sizeMax: 1, lifetimeMs: 1 })
  await aging.pool.use(select('select pg_sleep(0.01)'))
  expect(aging.events.at(-1)).toMatchObject({ kind: 'pool.disconnected', reason: 'old' })
  await aging.pool.end(1_000)
})

test('an idle connection past its lifetime is closed', async () => {
  const { pool, events } = createObserved({ sizeMax: 1, lifetimeMs: 600, random: () => 0 })
  await pool.use(select('select 1'))
  await until(() => pool.stats().size === 0)
  expect(events.at(-1)).toMatchObject({ reason: 'old' })
  await pool.end(1_000)
})

test('ending waits for what is out and refuses what comes', async () => {
  const { pool } = createObserved({ sizeMax: 1 })
  const running = pool.use(select('select pg_sleep(0.2)'))
  await until(() => pool.stats().busy === 1)
  const waiting = hold(pool).catch(error => error)
  const ending = pool.end(10_000)
  expect(await waiting).toMatchObject({ code: 'ST511', status: 503 })
  await expect(pool.use(select('select 1'))).rejects.toMatchObject({ code: 'ST511' })
  expect(await ending).toBe(0)
  expect(await running).toEqual([[['']]])
})

test('ending cuts off what is still out at the deadline', async () => {
  const { pool } = createObserved({ sizeMax: 2 })
  const running = pool.use(select('select pg_sleep(60)')).catch(error => error)
  await until(() => pool.stats().busy === 1)
  expect(await pool.end(20)).toBe(1)
  expect(await running).toMatchObject({ code: 'PGRST001' })
  expect(pool.stats()).toMatchObject({ size: 0 })
})

test('ending waits for a connection that is being opened', async () => {
  const { pool } = createObserved({ sizeMax: 1 })
  const waiting = hold(pool).catch(error => error)
  expect(pool.stats().connecting).toBe(1)
  expect(await pool.end(5_000)).toBe(0)
  expect(await waiting).toMatchObject({ code: 'ST511' })
  expect(pool.stats()).toMatchObject({ size: 0, connecting: 0 })
})

test('a wrong option stops the start', () => {
  expect(() => createObserved({ sizeMax: 0 })).toThrow('pool.sizeMax')
})

test('a target is a URL or what was read from one; anything else is told in words', () => {
  const pool = createPool({ target: 'postgres://somebody@db.example:7/app' })
  expect(pool.stats().name).toBe('db.example:7')
  const wrong = [{}, { target: 5 }, { target: {} }, { target: 'mysql://db' }] as never[]
  for (const setup of wrong) {
    expect(() => createPool(setup)).toThrow(expect.objectContaining({ code: 'ST030' }))
  }
})
