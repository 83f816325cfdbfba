import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import type { PoolEvent } from './events.ts'
import { createPool } from './pool.ts'
import type { Pool } from './types.ts'
import type { Step } from './steps.ts'
import { parseTarget } from './target.ts'

let database: TestDatabase
let pool: Pool

beforeAll(async () => {
  database = await createDatabase(`
    create table thing (id int primary key, note text);
    create table late (id int references thing deferrable initially deferred);
    insert into thing values (1, 'one'), (2, null);
  `)
  pool = createPool({ target: parseTarget(database.url), sizeMax: 1, statementsMax: 3 })
})
afterAll(async () => {
  await pool.end(1_000)
  await database.drop()
})

function step(text: string, values: Step['values'] = [], name = ''): Step {
  return { text, name, values, discard: false }
}

/** What a reset between callers does is told elsewhere. */
function run(...steps: Step[]) {
  return pool.use(connection => connection.batch(steps), { leavesNoTrace: true })
}

test('a batch answers the rows of each step as text', async () => {
  const results = await run(
    step('select * from thing where id >= $1 order by id', ['1']),
    step('select true, 1.50, null, $1::text', ['ä😀']),
    step('update thing set note = note'),
    step(''),
  )
  expect(results).toEqual([
    [
      ['1', 'one'],
      ['2', null],
    ],
    [['t', '1.50', null, 'ä😀']],
    [],
    [],
  ])
})

test('the rows of a discarded step are left out', async () => {
  const discarded = { ...step('select * from thing'), discard: true }
  expect(await run(discarded, step('select 1'))).toEqual([[], [['1']]])
})

test('a batch is one transaction: an error undoes the steps before it', async () => {
  const failing = run(
    step('insert into thing values (3, $1)', ['three']),
    step('select 1 / $1::int', ['0']),
    step('select 1'),
  )
  await expect(failing).rejects.toMatchObject({
    code: '22012',
    step: 1,
    message: 'division by zero',
  })
  expect(await run(step('select count(*) from thing'))).toEqual([[['2']]])
})

test('an error tells what PostgreSQL said, and nothing of the query', async () => {
  const error = await run(step('insert into thing values (1, $1)', ['secret'])).catch(
    caught => caught,
  )
  expect(error).toMatchObject({
    name: 'DatabaseError',
    code: '23505',
    severity: 'ERROR',
    details: 'Key (id)=(1) already exists.',
    table: 'thing',
    constraint: 'thing_pkey',
    isFatal: false,
  })
  expect(JSON.stringify({ ...error, message: error.message })).not.toContain('secret')
})

test('what fails behind a commit that has been made is no failure of the batch, if it is extra', async () => {
  const written = [step('begin'), step('insert into thing values (7)'), step('commit')]
  const extra = (text: string): Step => ({ ...step(text), isExtra: true })
  expect(await run(...written, extra('select 1/0'), step('select 2'))).toEqual([[], [], []])
  expect(await run(step('select count(*) from thing where id = 7'))).toEqual([[['1']]])
  const ended = extra('select pg_terminate_backend(pg_backend_pid())')
  expect(await run(step('select 1'), extra('select 2'), ended)).toEqual([[['1']], [['2']]])
  const controller = new AbortController()
  const cancelled = pool.use(connection => {
    setTimeout(() => controller.abort(), 50)
    return connection.batch([step('select 1'), extra('select pg_sleep(60)')], controller.signal)
  })
  expect(await cancelled).toEqual([[['1']]])
  const early = run(step('select 1/0'), extra('select 2'))
  await expect(early).rejects.toMatchObject({ code: '22012', step: 0 })
  await run(step('delete from thing where id = 7'))
})

test('a deferred constraint fails at the commit, after the last step', async () => {
  await expect(run(step('insert into late values (99)'))).rejects.toMatchObject({
    code: '23503',
    step: 1,
  })
})

test('statements are prepared once, and the least recently used are closed', async () => {
  const own = createPool({ target: parseTarget(database.url), sizeMax: 1, statementsMax: 3 })
  onTestFinished(async () => {
    await own.end(1_000)
  })
  const run = (...steps: Step[]) =>
    own.use(connection => connection.batch(steps), { leavesNoTrace: true })
  const names = () =>
    run(step('select name from pg_prepared_statements order by name', [], 'names'))
  await run(step('select $1::int', ['1'], 'a'), step('select $1::int', ['2'], 'a'))
  await run(step('select 2', [], 'b'))
  expect(await names()).toEqual([[['a'], ['b'], ['names']]])
  await run(step('select 3', [], 'c'))
  expect(await names()).toEqual([[['b'], ['c'], ['names']]])
})

test('a statement prepared by a batch that failed later is known; one that came after the error is not', async () => {
  const text = 'select $1::int'
  await expect(
    run(step(text, ['1'], 'early'), step('select 1/0'), step(text, ['2'], 'never')),
  ).rejects.toThrow('division by zero')
  expect(await run(step(text, ['3'], 'early'), step(text, ['4'], 'never'))).toEqual([
    [['3']],
    [['4']],
  ])
})

test('statements that the server has lost are prepared anew, and nobody notices', async () => {
  const five = step('select 5', [], 'lost')
  await run(five)
  await run(step('deallocate all'))
  expect(await run(step('select $1::int', ['4'], 'new'), five)).toEqual([[['4']], [['5']]])
})

test('a statement whose columns have changed is prepared anew, and nobody notices', async () => {
  const again = () => run(step('select * from changing', [], 'changing'))
  await run(step('create table changing (a int)'))
  await again()
  await run(step('alter table changing add b int'))
  expect(await again()).toEqual([[]])
})

test('a statement that the server has although we do not know it is replaced', async () => {
  await run(step('deallocate all'))
  await run(step('prepare unexpected as select 1'))
  expect(await run(step('select 2', [], 'unexpected'))).toEqual([[['2']]])
  expect(await run(step('select 2', [], 'unexpected'))).toEqual([[['2']]])
})

test('what is written before a lost statement is written once', async () => {
  await run(step('create table written (id int)'), step('create sequence tries'))
  const lost = step('select count(*) from written', [], 'count')
  const write = (id: string) =>
    step(`insert into written select $1::int where nextval('tries') > 0`, [id])
  await run(lost)
  await run(step('deallocate all'))
  expect(await run(write('1'), lost)).toEqual([[], [['1']]])
  await run(lost)
  await run(step('deallocate all'))
  const explicit = [step('begin'), write('2'), lost, step('commit')]
  expect(await run(...explicit)).toEqual([[], [], [['2']], []])
  const tries = '(select last_value from tries)'
  expect(await run(step(`select count(*), ${tries} from written`))).toEqual([[['2', '4']]])
})

test('the failed step of a second try is counted as in the first', async () => {
  const five = step('select 5', [], 'five')
  await run(five)
  await run(step('deallocate all'))
  const failing = run(step('begin'), five, step('select 1/0'), step('commit'))
  await expect(failing).rejects.toMatchObject({ code: '22012', step: 2 })
})

test('a try that ended as it would again, or that may have left something, is the last', async () => {
  await run(
    step(`create function refuse() returns int language plpgsql as $$
      begin perform nextval('tries'); raise sqlstate '26000'; end $$`),
  )
  const tries = async () => Number((await run(step('select last_value from tries')))[0]?.[0]?.[0])
  const before = await tries()
  await expect(run(step('select refuse()'))).rejects.toMatchObject({
    code: '26000',
    hint: expect.stringContaining('pool.prepare'),
  })
  expect(await tries()).toBe(before + 1)

  const five = step('select 5', [], 'five')
  const stale = { code: '26000' }
  await run(five)
  await run(step('deallocate all'))
  const count = step(`select nextval('tries')`)
  await expect(run(step('begin'), count, step('commit'), five)).rejects.toMatchObject(stale)
  expect(await tries()).toBe(before + 2)

  await run(five)
  const amid = pool.use(async connection => {
    await connection.batch([step('begin'), step('deallocate all')])
    await connection.batch([five])
  })
  await expect(amid).rejects.toMatchObject(stale)

  await run(five)
  await run(step('deallocate all'))
  let looks = 0
  const signal = {
    get aborted() {
      return looks++ > 0
    },
  } // Goes while the first try runs.
  const abandoned = pool.use(connection => connection.batch([five], signal))
  await expect(abandoned).rejects.toMatchObject(stale)
  expect(await run(five)).toEqual([[['5']]])
})

test('nothing is sent for a caller that has gone already', async () => {
  await database.query('create table unsent (id int)')
  const insert = step('insert into unsent values (1)')
  const gone = pool.use(connection => connection.batch([insert], { aborted: true }))
  await expect(gone).rejects.toMatchObject({ code: 'ST512' })
  await run(step('select 1'))
  expect(await database.query('select * from unsent')).toEqual([])
})

test('a row above the limit is refused and costs its connection, not the process', async () => {
  const events: PoolEvent[] = []
  const target = parseTarget(database.url)
  const small = createPool({
    target,
    sizeMax: 1,
    answerBytesMax: 65_536,
    observe: event => void events.push(event),
  })
  const row = (size: number) =>
    small.use(connection =>
      connection.batch([step('select repeat($1, $2::int)', ['x', `${size}`])]),
    )
  await expect(row(65_536)).rejects.toMatchObject({
    code: 'ST513',
    status: 500,
    hint: expect.stringContaining('database.rowsMax'),
  })
  expect((await row(65_000))[0]?.[0]?.[0]?.length).toBe(65_000)
  expect(events.map(({ kind }) => kind)).toEqual([
    'pool.connected',
    'pool.disconnected',
    'pool.connected',
  ])
  await small.end(1_000)
})

test('without preparing, no statement stays on the server', async () => {
  const plain = createPool({ target: parseTarget(database.url), prepare: false })
  const seen = await plain.use(connection =>
    connection.batch([step('select 1', [], 'a'), step('select name from pg_prepared_statements')]),
  )
  expect(seen).toEqual([[['1']], []])
  await plain.end(1_000)
})

test('large values go both ways', async () => {
  const large = 'ä'.repeat(700_000)
  const [rows = []] = await run(step('select $1::text, $1::text', [large]))
  expect(rows[0]?.[0] === large && rows[0][1] === large).toBe(true)
})

test('thousands of rows arrive in order', async () => {
  const [rows = []] = await run(
    step('select n, repeat($1, 50) from generate_series(1, 20000) n', ['x']),
  )
  expect(rows.length).toBe(20_000)
  expect(rows.every(([n], index) => n === String(index + 1))).toBe(true)
})

test('isolation is chosen by an explicit transaction among the steps', async () => {
  const results = await run(
    step('begin isolation level serializable read only'),
    step('show transaction_isolation'),
    step('show transaction_read_only'),
    step('commit'),
  )
  expect(results.slice(1, 3)).toEqual([[['serializable']], [['on']]])
})

test('a transaction left open is rolled back before the next caller', async () => {
  await run(step('begin'), step('insert into thing values (7)'))
  await expect(run(step('begin'), step('select 1/0'))).rejects.toThrow('division')
  await run(step('select 1'))
  expect(await run(step('select count(*) from thing where id = 7'))).toEqual([[['0']]])
})

test('a notice, a changed setting and a notification amid a batch do not disturb it', async () => {
  const results = await run(
    step(`do $$ begin raise notice 'hello'; end $$`),
    step(`listen here`),
    step(`notify here`),
    step(`set application_name = 'other'`),
    step('select 1'),
  )
  expect(results[4]).toEqual([['1']])
  expect(await run(step('unlisten *'), step('select 2'))).toEqual([[], [['2']]])
})

test('COPY does not belong in a batch and costs the connection, not the pool', async () => {
  await expect(run(step('copy thing from stdin'))).rejects.toMatchObject({
    code: 'PGRST001',
    status: 503,
  })
  expect(await run(step('select 1'))).toEqual([[['1']]])
})

test('a batch that cannot be written is refused before anything is sent', async () => {
  for (const name of ['k', 'l', 'm', 'n']) await run(step('select 1', [], name)) // One has to be closed.
  await expect(run(step('delete from thing'), step('select \0'))).rejects.toThrow('NUL')
  const kept = step('select count(*) from pg_prepared_statements')
  expect(await run(kept)).toEqual([[['3']]])
  expect(await run(step('select count(*) from thing'))).toEqual([[['2']]])
})

test('a connection runs one batch at a time', async () => {
  await pool.use(async connection => {
    const first = connection.batch([step('select 1')])
    await expect(connection.batch([step('select 2')])).rejects.toThrow('one batch at a time')
    await expect(connection.query('select 2')).rejects.toThrow('one statement at a time')
    expect(await first).toEqual([[['1']]])
  })
})

test('queries through the driver answer objects with values of their types', async () => {
  expect(await pool.query('select id, note from thing where id = $1', [2])).toEqual([
    { id: 2, note: null },
  ])
  await expect(pool.query('select * from nowhere')).rejects.toMatchObject({
    name: 'DatabaseError',
    code: '42P01',
  })
})
