import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { startFaultProxy } from '../../../tests/support/fault-proxy.ts'
import { createPool } from './pool.ts'
import type { CancelSignal, Step } from './steps.ts'
import { parseTarget } from './target.ts'
import type { Pool, PoolSetup } from './types.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase('create table kept (id int)')
})
afterAll(() => database.drop())

function open(options: Partial<PoolSetup> = {}): Pool {
  const pool = createPool({ target: parseTarget(database.url), sizeMax: 1, ...options })
  onTestFinished(() => void pool.end(1_000))
  return pool
}

function step(text: string, name = ''): Step {
  return { text, name, values: [], discard: false }
}

function last(pool: Pool, steps: readonly Step[], signal?: CancelSignal) {
  return pool.use(connection => connection.batch(steps, signal, true))
}

const DIRTY = `select set_config('my.claims', 'left', false), pg_advisory_lock(7)`
const LOOK = step(`
  select coalesce(current_setting('my.claims', true), ''), pg_backend_pid(),
    (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())`)

/** What is left of a use, as the next one finds it. */
async function left(pool: Pool): Promise<readonly (string | null)[] | undefined> {
  const [rows] = await pool.use(connection => connection.batch([LOOK]))
  return [rows?.[0]?.[0] ?? null, rows?.[0]?.[2] ?? null]
}
const NOTHING = ['', '0']

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

test('what puts the session in order goes along with the last batch: nothing has to be sent behind it', async () => {
  const { host, port } = parseTarget(database.url)
  const proxy = await startFaultProxy({ host, port })
  onTestFinished(() => proxy.stop())
  const pool = open({ target: parseTarget(proxy.urlFor(database.url)) })
  await pool.use(connection => connection.batch([LOOK])) // It is connected.
  const sleep = 'select pg_sleep(0.5) as before'
  const answered = last(pool, [step(DIRTY), step(sleep)])
  await until(() => isRunning(sleep))
  proxy.freeze('to-server')
  await answered
  await until(() => pool.stats().idle === 1)
  proxy.thaw()
  expect(await left(pool)).toEqual(NOTHING)
  expect(pool.stats().opened).toBe(1)
})

test('an error at any place is told as ever, and the next finds nothing of it', async () => {
  const pool = open()
  const steps = ['begin', DIRTY, 'insert into kept values (1)', 'commit', DIRTY].map(text =>
    step(text),
  )
  const kept = () => database.query('select from kept')
  for (let at = 0; at <= steps.length; at++) {
    await database.query('truncate kept')
    const failing = last(pool, [...steps.slice(0, at), step('select 1 / 0'), ...steps.slice(at)])
    await expect(failing).rejects.toMatchObject({ code: '22012', step: at })
    expect(await left(pool), `at ${at}`).toEqual(NOTHING)
    expect(await kept(), `at ${at}`).toHaveLength(at > 3 ? 1 : 0)
  }
  expect(pool.stats().opened).toBe(1)
})

test('an error of the commit is one of the batch', async () => {
  const pool = open()
  await database.query(`create table other (id int primary key);
    create table late (id int references other deferrable initially deferred)`)
  const failing = last(pool, [step('insert into late values (1)')])
  await expect(failing).rejects.toMatchObject({ code: '23503' })
  const inside = last(
    pool,
    ['begin', 'insert into late values (1)', 'commit'].map(text => step(text)),
  )
  await expect(inside).rejects.toMatchObject({ code: '23503', step: 2 })
  expect(await left(pool)).toEqual(NOTHING)
})

test('a caller that has gone has its statement cancelled, and the session is put in order', async () => {
  const pool = open()
  for (const begin of [[], [step('begin')]]) {
    const signal = { aborted: false }
    const sleep = 'select pg_sleep(60) as unwanted'
    const gone = last(pool, [...begin, step(DIRTY), step(sleep)], signal)
    gone.catch(() => undefined)
    await until(() => isRunning(sleep))
    signal.aborted = true
    await expect(gone).rejects.toMatchObject({ name: 'CancelledError' })
    expect(await left(pool)).toEqual(NOTHING)
  }
  expect(pool.stats()).toMatchObject({ opened: 1, cancelled: 2 })
})

test('statements that the server has lost are prepared anew, nothing is written twice, and the session is clean', async () => {
  const pool = open()
  const named = step('select 1', 'kept_name')
  for (const begin of [[], [step('begin')]]) {
    await database.query('truncate kept')
    const end = begin.length > 0 ? [step('commit')] : []
    await last(pool, [named])
    await last(pool, [step('deallocate all')])
    const written = step('insert into kept values (1) returning id')
    const results = await last(pool, [...begin, step(DIRTY), written, named, ...end])
    expect(results.slice(begin.length + 1, begin.length + 3)).toEqual([[['1']], [['1']]])
    expect(await database.query('select from kept')).toHaveLength(1)
    expect(await left(pool)).toEqual(NOTHING)
  }
  expect(pool.stats().opened).toBe(1)
})

test('what is found behind the batch is taken away by a second look', async () => {
  const pool = open()
  await last(pool, [step('create temporary table scratch (id int)'), step(DIRTY)])
  expect(await left(pool)).toEqual(NOTHING)
  const text = `select count(*) from pg_class where relname = 'scratch'`
  expect(await pool.query(text)).toEqual([{ count: '0' }])
})

test('a connection that is lost behind the answer costs nobody but the pool', async () => {
  const { host, port } = parseTarget(database.url)
  const proxy = await startFaultProxy({ host, port })
  onTestFinished(() => proxy.stop())
  const pool = open({ target: parseTarget(proxy.urlFor(database.url)) })
  for (let time = 0; time < 10; time++) {
    const answer = await pool.use(async connection => {
      const results = await connection.batch([step('select 1')], undefined, true)
      proxy.reset()
      return results
    })
    expect(answer).toEqual([[['1']]])
    await until(() => pool.stats().size === 0)
  }
  expect(await left(pool)).toEqual(NOTHING)
})

test('where several servers may answer, a pooler, nothing is sent along', async () => {
  const pool = open({ prepare: false })
  await last(pool, [step(DIRTY)])
  expect(await left(pool)).toEqual(NOTHING)
})
