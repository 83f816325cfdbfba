import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { createPool, parseTarget, type Pool } from '../../capabilities/pool/index.ts'
import type { Statement } from '../sql/index.ts'
import { systemClock } from '../../base/index.ts'
import { createExecutor } from './executor.ts'
import { alwaysTo } from './router.ts'
import type { Execution, Executor, TransactionContext } from './types.ts'

let database: TestDatabase
let pool: Pool
let executor: Executor

beforeAll(async () => {
  database = await createDatabase(`
    create schema api;
    create schema private;
    create table private.note (id int primary key, owner text);
    insert into private.note values (1, 'ann'), (2, 'bob');
    alter table private.note enable row level security;
    create policy own on private.note
      using (owner = current_setting('request.jwt.claims', true)::json ->> 'sub');
    grant usage on schema api, private to anon, authenticated, service_role;
    grant all on private.note to anon, authenticated, service_role;
    create table private.late (id int references private.note deferrable initially deferred);
    grant all on private.late to service_role;
    create sequence private.counter;
    grant all on sequence private.counter to anon;
    create function private.check_request() returns void language plpgsql as $$
    begin
      if current_setting('request.path') = '/forbidden' then
        raise sqlstate 'PT403' using message = 'not there', hint = 'go away';
      end if;
      perform set_config('response.headers', '[{"X-Seen":"' || current_role || '"}]', false);
    end $$;
  `)
  pool = createPool({ target: parseTarget(database.authenticatorUrl), sizeMax: 4 })
  executor = createExecutor(alwaysTo({ name: 'primary', pool }))
})
afterAll(async () => {
  await pool.end(1_000)
  await database.drop()
})

/** A statement whose body is this expression. */
function answering(body: string, estimate?: Statement['estimate']): Statement {
  const text = `select (${body})::text, 1::bigint, null::bigint, nullif(current_setting('response.status', true), ''), nullif(current_setting('response.headers', true), '')`
  return { text, name: '', estimate }
}

const base: TransactionContext = {
  role: 'anon',
  searchPath: '"api", "public"',
  claims: '{}',
  method: 'GET',
  path: '/things',
  headers: '{}',
  cookies: '{}',
  settings: [],
  readOnly: true,
  isolation: undefined,
  rollback: false,
  preRequest: undefined,
  statementTimeoutMs: undefined,
}

function run(
  body: string,
  context: Partial<TransactionContext> = {},
  more: Partial<Execution> = {},
) {
  return executor.run({
    statement: answering(body),
    parameters: [],
    context: { ...base, ...context },
    signal: undefined,
    ...more,
  })
}

async function read(body: string, context: Partial<TransactionContext> = {}): Promise<unknown> {
  return JSON.parse((await run(body, context)).body ?? 'null')
}

const SETTINGS = `json_build_object(
  'role', current_role, 'path', current_setting('search_path'), 'claims', current_setting('request.jwt.claims', true),
  'method', current_setting('request.method', true), 'url', current_setting('request.path', true),
  'headers', current_setting('request.headers', true), 'cookies', current_setting('request.cookies', true),
  'timezone', current_setting('timezone'), 'app', current_setting('app.tenant', true),
  'timeout', current_setting('statement_timeout'), 'readonly', current_setting('transaction_read_only'))`

test('a statement sees its context', async () => {
  const context = {
    role: 'authenticated',
    claims: '{"sub":"ann"}',
    method: 'POST',
    path: '/rpc/x',
    headers: '{"accept":"*/*"}',
    cookies: '{"a":"b"}',
    settings: [
      ['timezone', 'Asia/Tokyo'],
      ['app.tenant', "o'hara"],
    ],
    readOnly: false,
    statementTimeoutMs: 5_000,
  } as const
  expect(await read(SETTINGS, context)).toEqual({
    role: 'authenticated',
    path: '"api", "public"',
    claims: '{"sub":"ann"}',
    method: 'POST',
    url: '/rpc/x',
    headers: '{"accept":"*/*"}',
    cookies: '{"a":"b"}',
    timezone: 'Asia/Tokyo',
    app: "o'hara",
    timeout: '5s',
    readonly: 'off',
  })
})

test('nothing of it survives the transaction', async () => {
  const single = createPool({ target: parseTarget(database.authenticatorUrl), sizeMax: 1 })
  const settings = `select ${SETTINGS}::text`
  const plain = { text: settings, name: '', values: [], discard: false }
  const look = () => single.use(connection => connection.batch([plain]))
  const [[[before] = []] = []] = await look()
  const context: TransactionContext = {
    ...base,
    role: 'authenticated',
    claims: '{"sub":"ann"}',
    settings: [
      ['timezone', 'Asia/Tokyo'],
      ['app.tenant', 'x'],
    ],
    statementTimeoutMs: 5_000,
  }
  for (const rollback of [false, true]) {
    await createExecutor(alwaysTo({ name: 'primary', pool: single })).run({
      statement: answering('1'),
      parameters: [],
      context: { ...context, rollback },
      signal: undefined,
    })
    const [[[after] = []] = []] = await look()
    const emptied = { claims: '', method: '', url: '', headers: '', cookies: '', app: '' }
    expect(JSON.parse(after ?? '')).toEqual({ ...JSON.parse(before ?? ''), ...emptied })
  }
  await single.end(1_000)
})

test('row-level security sees the claims', async () => {
  const notes = `(select json_agg(id) from private.note)`
  const claims = (sub: string) => ({ role: 'authenticated', claims: JSON.stringify({ sub }) })
  expect(await read(notes, claims('ann'))).toEqual([1])
  expect(await read(notes, claims('bob'))).toEqual([2])
  expect(await read(notes, claims('eve'))).toBeNull()
  expect(await read(notes, { role: 'service_role' })).toEqual([1, 2])
})

test('a role that the connection may not become is refused', async () => {
  await expect(run('1', { role: 'postgres' })).rejects.toMatchObject({ code: '42501' })
  await expect(run('1', { role: 'nobody' })).rejects.toMatchObject({ code: '22023' })
})

test('a read-only transaction cannot write', async () => {
  await expect(run(`nextval('private.counter')`)).rejects.toMatchObject({ code: '25006' })
  expect(await read(`nextval('private.counter')`, { readOnly: false })).toBe(1)
})

test('a statement that runs too long is stopped', async () => {
  await expect(run('pg_sleep(60)', { statementTimeoutMs: 50 })).rejects.toMatchObject({
    code: '57014',
  })
})

test.each(['read committed', 'repeatable read', 'serializable'] as const)(
  'a transaction can be %s',
  async isolation => {
    const context = { isolation, readOnly: true }
    const level = `to_json(current_setting('transaction_isolation'))`
    expect(await read(level, context)).toBe(isolation)
    expect(await read(`to_json(current_setting('transaction_read_only'))`, context)).toBe('on')
  },
)

function insert(table: string): Statement {
  const text = `with written as (insert into ${table} values ($1::int) returning 1)
    select null::text, count(*), null::bigint, null::text, null::text from written`
  return { text, name: `insert_${table}`, estimate: undefined }
}

function write(table: string, id: string, context: Partial<TransactionContext> = {}) {
  const settings = { ...base, role: 'service_role', readOnly: false, ...context }
  return executor.run({
    statement: insert(table),
    parameters: [id],
    context: settings,
    signal: undefined,
  })
}

test('a commit stays, a rollback leaves nothing', async () => {
  const ids = () => database.query('select id from private.note where id >= 10 order by id')
  expect(await write('private.note', '10')).toMatchObject({ rows: 1, body: null })
  expect(await write('private.note', '11', { isolation: 'serializable' })).toMatchObject({
    rows: 1,
  })
  expect(await write('private.note', '12', { rollback: true })).toMatchObject({ rows: 1 })
  expect(await ids()).toEqual([{ id: 10 }, { id: 11 }])
})

test('a deferred constraint is reported, committed or rolled back', async () => {
  for (const context of [{}, { isolation: 'serializable' }, { rollback: true }] as const) {
    await expect(write('private.late', '99', context)).rejects.toMatchObject({ code: '23503' })
  }
  expect(await read('1')).toBe(1)
})

test('the pre-request function runs under the context, before the statement', async () => {
  const preRequest = { schema: 'private', name: 'check_request' }
  const context = { preRequest, readOnly: false }
  expect(await run('1', context)).toMatchObject({ headers: '[{"X-Seen":"anon"}]' })
  await expect(run('1', { ...context, path: '/forbidden' })).rejects.toMatchObject({
    code: 'PT403',
    message: 'not there',
    hint: 'go away',
  })
})

test('response headers that a function sets for the session do not reach the next caller', async () => {
  const preRequest = { schema: 'private', name: 'check_request' }
  for (let round = 0; round < 8; round++) await run('1', { preRequest })
  const answers = await Promise.all([1, 2, 3, 4].map(() => run('pg_sleep(0.05)')))
  expect(answers.map(answer => answer.headers)).toEqual([null, null, null, null])
})

test('an estimate comes from the planner, with the parameters it needs', async () => {
  const estimate = {
    text: 'explain (format json) select from generate_series(1, $1::int) a, generate_series(1, $2::int) b',
    name: '',
    parameters: [2, 1],
  }
  const statement = answering('$1::int + $2::int', estimate)
  const answer = await run('', {}, { statement, parameters: ['3', '4'] })
  expect(answer).toMatchObject({ body: '7', estimated: 12, total: null })
})

test('the answer tells how long it waited and worked', async () => {
  const answer = await run('1')
  expect(answer.databaseMs).toBeGreaterThan(0)
  expect(answer.waitMs).toBeGreaterThanOrEqual(0)
})

test('a caller that goes away has its query cancelled in PostgreSQL', async () => {
  const active = () =>
    database.query(`select from pg_stat_activity where state = 'active' and query like '%pg_sleep(61)%'
      and pid <> pg_backend_pid()`)
  const controller = new AbortController()
  const running = expect(
    run('pg_sleep(61)', {}, { signal: controller.signal }),
  ).rejects.toMatchObject({
    code: 'ST512',
  })
  await expect.poll(async () => (await active()).length).toBe(1)
  controller.abort()
  await running
  expect(await active()).toEqual([])
})

test('callers on shared connections keep their identities apart', async () => {
  const identity = `json_build_object('role', current_role, 'claims', current_setting('request.jwt.claims')::json,
    'seen', (select json_agg(owner) from private.note))`
  const roles = ['anon', 'authenticated'] as const
  await Promise.all(
    Array.from({ length: 64 }, async (_, caller) => {
      const role = roles[caller % 2] ?? 'anon'
      const sub = caller % 3 === 0 ? 'ann' : `caller ${caller}`
      for (let round = 0; round < 10; round++) {
        const context = { role, claims: JSON.stringify({ sub, round }) }
        if ((caller + round) % 7 === 0) await expect(run('1 / 0', context)).rejects.toThrow('zero')
        const seen = sub === 'ann' ? ['ann'] : null
        expect(await read(identity, context)).toEqual({ role, claims: { sub, round }, seen })
      }
    }),
  )
  expect(pool.stats().size).toBe(4)
})

async function kill(query: string): Promise<void> {
  const killed = async () =>
    (
      await database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where query like $1 and state = 'active' and pid <> pg_backend_pid()`,
        [`%${query}%`],
      )
    ).length
  await expect.poll(killed).toBe(1)
}

test('a killed backend costs a write one error, and the next request succeeds', async () => {
  const failing = expect(run('pg_sleep(62)', { readOnly: false })).rejects.toMatchObject({
    code: 'PGRST001',
    status: 503,
  })
  await kill('pg_sleep(62)')
  await failing
  expect(await read('1')).toBe(1)
})

test('a killed backend costs a read a second try', async () => {
  const answer = run(`'slept' || pg_sleep(1.5)`)
  await kill('pg_sleep(1.5)')
  expect((await answer).body).toBe('slept')
})

test('what is left of a deadline is the longest that PostgreSQL lets a statement run', async () => {
  const setting = `current_setting('statement_timeout')`
  const within = (deadline: number, context: Partial<TransactionContext> = {}) =>
    run(setting, context, { deadline })
  const { body } = await within(systemClock.now() + 5_000)
  expect(Number.parseInt(body ?? '', 10)).toBeGreaterThan(0)
  expect(body).toMatch(/ms$|^5s$/)
  const stricter = await within(systemClock.now() + 60_000, { statementTimeoutMs: 700 })
  expect(stricter.body).toBe('700ms')
})

test('a statement that runs past its deadline is cancelled', async () => {
  const late = run('pg_sleep(61)', {}, { deadline: systemClock.now() + 200 })
  await expect(late).rejects.toMatchObject({ code: 'ST514' })
  const running = `select count(*)::int as count from pg_stat_activity
    where query like '%pg_sleep(61)%' and state = 'active' and pid <> pg_backend_pid()`
  await expect.poll(async () => (await database.query(running))[0]?.['count']).toBe(0)
})

test('a statement that is always cancelled counts as slow', async () => {
  const sleeping = { ...answering('pg_sleep(62.5)'), name: 'sleeping' }
  const late = () => run('', {}, { statement: sleeping, deadline: systemClock.now() + 300 })
  await expect(late()).rejects.toMatchObject({ code: 'ST514' })
  const again = expect(late()).rejects.toMatchObject({ code: 'ST514' })
  await expect.poll(() => pool.stats().classes.batch.busy).toBe(1)
  await again
})
