import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { seed } from '../../../tests/support/seed.ts'
import type { Connection } from './member.ts'
import { createPool } from './pool.ts'
import type { Step } from './steps.ts'
import { parseTarget } from './target.ts'
import type { Pool } from './types.ts'

/** 10_000 of them take a minute or two. */
const SESSIONS = Number(process.env['STIER_POOL_SESSIONS'] ?? 1_000)

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase(`
    create sequence counter;
    create table kept (id int);
    grant usage on sequence counter to public;
    create function has_currval() returns boolean language plpgsql as $$
      begin perform currval('counter'); return true;
      exception when object_not_in_prerequisite_state then return false; end $$;
  `)
  await database.query(`alter role postgres in database ${database.name} set work_mem = '7MB'`)
  await database.query(`alter database ${database.name} set lock_timeout = '7s'`)
})
afterAll(() => database.drop())

function open(sizeMax: number): Pool {
  const url = `${database.url}?options=${encodeURIComponent('-c statement_timeout=54321')}`
  return createPool({ target: parseTarget(url), sizeMax })
}

function step(text: string): Step {
  return { text, name: '', values: [], discard: false }
}

/** Everything of a session that a caller could leave behind, in one row. */
const LOOK = step(`
  select current_user, session_user,
    (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()),
    (select count(*) from pg_listening_channels()),
    (select count(*) from pg_cursors),
    (select count(*) from pg_class where relnamespace = pg_my_temp_schema()),
    has_currval(),
    coalesce(nullif(current_setting('my.claims', true), ''), 'none'),
    (select md5(string_agg(name || '=' || coalesce(setting, ''), ',' order by name))
       from pg_settings where name !~ '^(transaction_|in_hot_standby)'),
    (select count(*) from kept)
`)

async function look(connection: Connection): Promise<readonly (string | null)[] | undefined> {
  const [rows] = await connection.batch([LOOK])
  return rows?.[0]
}

const number = fc.nat({ max: 99 })
const dirt: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'set role anon',
    'set role service_role',
    'set session authorization anon',
    'set search_path = pg_temp, pg_catalog',
    `set time zone 'Asia/Tokyo'`,
    `set datestyle = 'German'`,
    'set default_transaction_read_only = on',
    'set session characteristics as transaction isolation level serializable',
    'set standard_conforming_strings = off',
    `set application_name = 'dirt'`,
    'set row_security = off',
    'set work_mem = 65536',
    'reset statement_timeout',
    'set local enable_seqscan = off',
    `select nextval('counter')`,
    'begin',
    'begin isolation level serializable read only',
    'commit',
    'rollback',
    'insert into kept values (1)',
    'delete from kept',
    'select 1 / 0',
  ),
  number.map(at => `select set_config('my.claims', '{"sub":${at}}', false)`),
  number.map(at => `set statement_timeout = ${at + 1_000}`),
  number.map(at => `select pg_advisory_lock_shared(${at})`),
  number.map(at => `select pg_try_advisory_lock(${at})`),
  number.map(at => `select pg_advisory_xact_lock_shared(${at})`),
  number.map(at => `listen channel_${at}`),
  number.map(at => `create temporary table temporary_${at} (id serial)`),
  number.map(at => `create temporary view temporary_${at} as select 1`),
  number.map(at => `declare cursor_${at} cursor with hold for select generate_series(1, 9)`),
)

/** The statements of a session, in batches. */
const session = fc.array(fc.array(dirt, { minLength: 1, maxLength: 5 }), { maxLength: 4 })

test(`${SESSIONS} random sessions leave nothing to the next (seed ${seed})`, {
  timeout: 600_000,
}, async () => {
  const pool = open(3)
  const clean = await pool.use(look)
  const sessions = fc.sample(session, { numRuns: SESSIONS, seed })
  const run = async () => {
    for (let each = sessions.pop(); each !== undefined; each = sessions.pop()) {
      const batches = each
      await pool.use(async connection => {
        const seen = await look(connection)
        if (seen?.at(-1) === '0') expect(seen).toEqual(clean)
        else expect(seen?.slice(0, -1)).toEqual(clean?.slice(0, -1)) // Committed rows are another matter.
        for (const [index, texts] of batches.entries()) {
          const isLast = index % 2 === 1 && index === batches.length - 1
          await connection.batch(texts.map(step), undefined, isLast).catch(() => undefined)
        }
      })
    }
  }
  await Promise.all([run(), run(), run()])
  expect(await pool.use(look)).toHaveLength(10)
  expect(pool.stats().closed).toMatchObject({ unclean: 0, broken: 0 })
  expect(pool.stats().opened).toBeLessThanOrEqual(3)
  await pool.end(1_000)
})

test('what the login has set is there again', async () => {
  const pool = open(1)
  const settings = ['statement_timeout', 'work_mem', 'lock_timeout', 'application_name']
  const show = (connection: Connection) =>
    connection.batch(settings.map(name => step(`show ${name}`)))
  const before = await pool.use(show)
  expect(before).toEqual([[['54321ms']], [['7MB']], [['7s']], [['s-tier']]])
  await pool.use(connection => connection.batch(settings.map(name => step(`set ${name} = 77`))))
  expect(await pool.use(show)).toEqual(before)
  await pool.end(1_000)
})

test('a role that the login has set is there again', async () => {
  await database.query(`alter role authenticator in database ${database.name} set role = 'anon'`)
  const pool = createPool({ target: parseTarget(database.authenticatorUrl), sizeMax: 1 })
  const who = () => pool.use(connection => connection.batch([step('select current_user')]))
  expect(await who()).toEqual([[['anon']]])
  await pool.use(connection => connection.batch([step('set role service_role')]))
  expect(await who()).toEqual([[['anon']]])
  await pool.end(1_000)
})

test('prepared statements outlive the reset, and a transaction left open does not', async () => {
  const pool = open(1)
  const named = { ...step('select 1'), name: 'kept' }
  const text = `select name from pg_prepared_statements where name !~ '^s_tier' order by name`
  const names = { ...step(text), name: 'names' }
  await pool.use(connection => connection.batch([named, names]))
  await pool.use(async connection => {
    await connection.batch([step('begin'), step('insert into kept values (77)')])
  })
  expect(await pool.use(connection => connection.batch([names]))).toEqual([[['kept'], ['names']]])
  expect(await database.query('select from kept where id = 77')).toEqual([])
  await pool.end(1_000)
})

test('whoever vouches for leaving nothing is believed, but not with an open transaction', async () => {
  const pool = open(1)
  const claims = (connection: Connection) =>
    connection.batch([step(`select current_setting('my.claims', true)`)])
  const leave = (text: string) => (connection: Connection) => connection.batch([step(text)])
  const vouched = { leavesNoTrace: true }
  await pool.use(leave(`select set_config('my.claims', 'left', false)`), vouched)
  expect(await pool.use(claims, vouched)).toEqual([[['left']]])
  await pool.use(leave('begin'), vouched)
  expect(await pool.use(claims, vouched)).toEqual([[['']]])
  await pool.end(1_000)
})

test('a session that cannot be reset is not used again', async () => {
  const pool = open(1)
  await pool.use(async connection => {
    await database.query('select pg_terminate_backend($1)', [connection.processId])
    await connection.batch([step('select 1')]).catch(() => undefined)
  })
  expect(await pool.use(connection => connection.batch([step('select 2')]))).toEqual([[['2']]])
  await pool.end(1_000)
})

test('what a session is looked through for is found, each by itself, and taken away', async () => {
  const pool = open(1)
  const leaving = (text: string) => pool.use(connection => connection.batch([step(text)]))
  for (const dirt of [
    'set role anon',
    'create temporary table scratch (id int)',
    'declare stays cursor with hold for select 1',
    'listen something',
    'select pg_advisory_lock(7)',
    'set session authorization anon',
  ]) {
    const clean = await pool.use(look)
    await leaving(dirt)
    expect(await pool.use(look), dirt).toEqual(clean)
  }
  await pool.end(1_000)
})
