import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/support/database.ts'
import { IDEMPOTENCY_PART } from '../../../capabilities/idempotency/index.ts'
import {
  type Connection,
  createPool,
  parseTarget,
  type Pool,
  type PoolOptions,
} from '../../../capabilities/pool/index.ts'
import { disablePart, enablePart } from '../../../capabilities/schema/index.ts'
import { createExecutor } from '../executor.ts'
import { alwaysTo } from '../router.ts'
import type { Answer, Execution, TransactionContext } from '../types.ts'
import type { Idempotency } from './types.ts'

let database: TestDatabase
let pool: Pool

beforeAll(async () => {
  database = await createDatabase(`
    create table note (id int generated always as identity, text text check (text <> 'wrong'));
    create table once (id int primary key deferrable initially deferred);
    grant all on note, once to anon, authenticated, service_role;
    create table visit (role text);
    grant all on visit to anon, authenticated, service_role;
    create function check_request() returns void language plpgsql as $$
    begin
      if current_setting('request.path') = '/forbidden' then raise sqlstate 'PT403'; end if;
      if current_setting('request.path') = '/promoted' then perform set_config('role', 'service_role', true); end if;
      insert into visit values (current_user);
    end $$;
    create function forgetful() returns text language plpgsql as $$
    begin
      deallocate all;
      perform set_config('role', 'authenticated', true), set_config('request.jwt.claims', '{"sub":"eve"}', true);
      insert into note (text) values ('forgetful');
      return 'done';
    end $$;
    create function raises(state text) returns text language plpgsql as $$
    begin
      raise exception using errcode = state, message = 'from the user';
    end $$;
  `)
  await enable()
  pool = open()
})
afterAll(async () => {
  await pool.end(1_000)
  await database.drop()
})
beforeEach(async () => {
  await database.query('truncate note, once, visit, s_tier.idempotency_keys restart identity')
})

async function enable(): Promise<void> {
  const admin = createPool({ target: parseTarget(database.url), sizeMax: 1 })
  await admin.use(connection => enablePart(connection, IDEMPOTENCY_PART, ['authenticator']))
  await admin.end(1_000)
}

async function disable(): Promise<void> {
  const admin = createPool({ target: parseTarget(database.url), sizeMax: 1 })
  await admin.use(connection => disablePart(connection, IDEMPOTENCY_PART))
  await admin.end(1_000)
}

function open(options: PoolOptions = {}): Pool {
  return createPool({ target: parseTarget(database.authenticatorUrl), sizeMax: 4, ...options })
}

const base: TransactionContext = {
  role: 'anon',
  searchPath: '"public"',
  claims: '{"role":"anon"}',
  method: 'POST',
  path: '/note',
  headers: '{}',
  cookies: '{}',
  settings: [],
  readOnly: false,
  isolation: undefined,
  rollback: false,
  preRequest: undefined,
  statementTimeoutMs: undefined,
}

const INSERT = `with written as (insert into note (text) values ($1) returning id)
  select (select json_agg(written) from written)::text, 1::bigint, null::bigint, '201', '[{"X-A": "ü"}]', '{"id":"1"}', 1::bigint`

interface Asked {
  text?: string
  statement?: string
  context?: Partial<TransactionContext>
  idempotency?: Partial<Idempotency>
  signal?: Execution['signal']
}

/** Inserts a note unless told otherwise. */
function ask(
  { text = 'hello', statement, context, idempotency, signal }: Asked = {},
  on: Pool = pool,
): Promise<Answer> {
  const parameters = statement === undefined ? [text] : []
  const fingerprint = createHash('sha256').update(`${statement} ${text}`).digest('hex')
  return createExecutor(alwaysTo({ name: 'primary', pool: on }), { login: 'authenticator' }).run({
    statement: {
      text: statement ?? INSERT,
      name: statement === undefined ? 'insert_note' : '',
      estimate: undefined,
    },
    parameters,
    context: { ...base, ...context },
    signal,
    idempotency: {
      key: 'a key',
      fingerprint,
      keepMs: 60_000,
      answerBytesMax: 100_000,
      ...idempotency,
    },
  })
}

function calling(expression: string): string {
  return `select (${expression})::text, 1::bigint, null::bigint, null::text, null::text, null::text, null::bigint`
}

const notes = async () =>
  (await database.query<{ text: string }>('select text from note order by id')).map(row => row.text)
const kept = () => database.query('select id, answer, expires_at from s_tier.idempotency_keys')
const user = (sub: string, more = {}) => ({
  role: 'authenticated',
  claims: JSON.stringify({ role: 'authenticated', sub, ...more }),
})

test('a retry gets the first answer, whole, and does nothing', async () => {
  const first = await ask()
  expect(first).toMatchObject({ body: '[{"id":1}]', inserted: 1, isReplay: undefined })
  const retry = await ask()
  expect(retry.isReplay).toBe(true)
  for (const name of [
    'body',
    'rows',
    'total',
    'status',
    'headers',
    'location',
    'inserted',
  ] as const) {
    expect(retry[name]).toEqual(first[name])
  }
  expect(await notes()).toEqual(['hello'])
})

test('without a key, and in a read-only transaction, nothing is kept', async () => {
  const statement = calling('1')
  await createExecutor(alwaysTo({ name: 'primary', pool })).run({
    ...{ statement: { text: statement, name: '', estimate: undefined }, parameters: [] },
    ...{ context: base, signal: undefined },
  })
  const read = { statement, context: { readOnly: true } }
  expect((await ask(read)).isReplay).toBeUndefined()
  expect((await ask(read)).isReplay).toBeUndefined()
  expect(await kept()).toEqual([])
})

test('a key that was used for another request is refused, and the key is not stored as it is', async () => {
  await ask()
  await expect(ask({ text: 'bye' })).rejects.toMatchObject({ code: 'ST142', status: 422 })
  expect(await notes()).toEqual(['hello'])
  expect(JSON.stringify(await kept())).not.toContain('a key')
  expect((await ask({ text: 'bye', idempotency: { key: 'another' } })).isReplay).toBeUndefined()
})

test('of many at once one does the work, the others get its answer or are asked to come again', async () => {
  const wide = open({ sizeMax: 20 })
  onTestFinished(() => wide.end(1_000).then(() => undefined))
  const statement = `with slow as materialized (select pg_sleep(0.2)), written as (
    insert into note (text) select 'slow' from slow returning id) ${calling('select id from written')}`
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => ask({ statement }, wide).catch((error: unknown) => error)),
  )
  expect(await notes()).toEqual(['slow'])
  const refused = answers.filter(answer => answer instanceof Error)
  expect(refused.map(error => Reflect.get(error, 'code'))).toEqual(refused.map(() => 'ST143'))
  expect(refused[0]).toMatchObject({ status: 409, headers: { 'retry-after': '1' } })
  const done = answers.filter(answer => !(answer instanceof Error)) as Answer[]
  expect(done.filter(({ isReplay }) => isReplay !== true)).toHaveLength(1)
  expect(done.map(({ body }) => body)).toEqual(done.map(() => '1'))
})

test.each(['repeatable read', 'serializable'] as const)(
  'nor does %s isolation do the work twice',
  async isolation => {
    const wide = open({ sizeMax: 20 })
    onTestFinished(() => wide.end(1_000).then(() => undefined))
    const again = () => ask({ context: { isolation } }, wide).catch((error: unknown) => error)
    const answers = await Promise.all(Array.from({ length: 40 }, again))
    expect(await notes()).toEqual(['hello'])
    const codes = answers.map(answer =>
      answer instanceof Error ? Reflect.get(answer, 'code') : 'ok',
    )
    expect(new Set(codes).has('ok')).toBe(true)
    // PostgreSQL itself may find the transactions in each other's way (40001): a retry is right then too.
    expect(codes.filter(code => !['ok', 'ST143', '40001'].includes(code))).toEqual([])
    expect(await ask({ context: { isolation } })).toMatchObject({ isReplay: true })
  },
)

test('a failed request keeps nothing, whichever half fails', async () => {
  const twice = `with a as (insert into once values (1), (1) returning 1) ${calling('select count(*) from a')}`
  for (const [statement, code] of [
    [calling('1 / 0'), '22012'],
    [twice, '23505'], // At the commit.
  ] as const) {
    await expect(ask({ statement })).rejects.toMatchObject({ code })
    await expect(ask({ statement })).rejects.toMatchObject({ code })
  }
  await expect(ask({ text: 'wrong' })).rejects.toMatchObject({ code: '23514' })
  expect(await kept()).toEqual([])
  expect((await ask()).isReplay).toBeUndefined()
  expect(await notes()).toEqual(['hello'])
})

test('a dry run keeps nothing', async () => {
  const dry = { context: { rollback: true } }
  for (const _round of [1, 2])
    expect(await ask(dry)).toMatchObject({ rows: 1, isReplay: undefined })
  expect([await notes(), await kept()]).toEqual([[], []])
})

test("a SQLSTATE of ours that a function raises is the function's", async () => {
  for (const state of ['STK01', 'STK03', '3F000', '42883']) {
    const statement = calling(`raises('${state}')`)
    await expect(ask({ statement })).rejects.toMatchObject({
      code: state,
      message: 'from the user',
    })
  }
})

test("a key is its caller's own: role, subject, issuer; or all claims but the times of the token", async () => {
  const callers = [
    base,
    user('ann'),
    user('bob'),
    user('ann', { iss: 'https://other' }),
    { ...user('ann'), role: 'service_role' },
    { role: 'authenticated', claims: '{"role":"authenticated","tenant":1}' },
    { role: 'authenticated', claims: '{"role":"authenticated","tenant":2}' },
    { role: 'authenticated', claims: '{"role":"authenticated","sub":null}' },
  ]
  for (const context of callers) expect((await ask({ context })).isReplay).toBeUndefined()
  for (const context of callers) expect((await ask({ context })).isReplay).toBe(true)
  const refreshed = [
    user('ann', { iat: 5, exp: 9, nbf: 4, jti: 'x', aal: 'aal2' }),
    { role: 'authenticated', claims: '{"exp":1,"iat":2,"tenant":1,"role":"authenticated"}' },
  ]
  for (const context of refreshed) expect((await ask({ context })).isReplay).toBe(true)
  expect(await notes()).toHaveLength(callers.length)
})

test('the pre-request function has its say on replays, and decides whose they are', async () => {
  const preRequest = { schema: undefined, name: 'check_request' }
  const visits = async () =>
    (await database.query('select role from visit')).map(row => row['role'])
  await ask({ context: { preRequest } })
  expect(await ask({ context: { preRequest } })).toMatchObject({ isReplay: true })
  expect(await visits()).toEqual(['anon', 'anon'])
  await expect(ask({ context: { preRequest, path: '/forbidden' } })).rejects.toMatchObject({
    code: 'PT403',
  })
  const promoted = { context: { preRequest, path: '/promoted' } }
  expect((await ask({ ...promoted, statement: calling('current_user') })).body).toBe('service_role')
  await ask({ ...promoted, idempotency: { key: 'mine' } })
  expect(
    (await ask({ context: { preRequest }, idempotency: { key: 'mine' } })).isReplay,
  ).toBeUndefined()
})

test('what a function does to role, claims and prepared statements does not reach the keys', async () => {
  const single = open({ sizeMax: 1 })
  onTestFinished(() => single.end(1_000).then(() => undefined))
  const statement = calling('forgetful()')
  for (const round of [1, 2, 3]) {
    const key = `key ${round}`
    expect((await ask({ statement, idempotency: { key } }, single)).isReplay).toBeUndefined()
    expect(await ask({ statement, idempotency: { key } }, single)).toMatchObject({
      isReplay: true,
      body: 'done',
    })
  }
  const eve = user('eve')
  expect(
    (await ask({ statement, context: eve, idempotency: { key: 'key 1' } })).isReplay,
  ).toBeUndefined()
})

test('an answer that is too large is not kept, but that it was given is', async () => {
  const large = { statement: calling(`repeat('ä', 60000)`) }
  expect((await ask(large)).body).toHaveLength(60_000)
  await expect(ask(large)).rejects.toMatchObject({ code: 'ST145', status: 410 })
})

test('an answer expires: the key can be used again, for anything', async () => {
  await ask({ idempotency: { keepMs: 0 } })
  expect((await ask({ text: 'bye' })).isReplay).toBeUndefined()
  expect(await ask({ text: 'bye' })).toMatchObject({ isReplay: true })
  expect(await notes()).toEqual(['hello', 'bye'])
})

test('what has expired vanishes a few at a time', async () => {
  await database.query(`insert into s_tier.idempotency_keys
    select 'someone', int4send(n), '', '', now() - interval '1 second' from generate_series(1, 40) n`)
  const counts: number[] = []
  for (const round of [1, 2, 3, 4]) {
    await ask({ idempotency: { key: `key ${round}` } })
    counts.push((await kept()).length)
  }
  expect(counts).toEqual([25, 10, 3, 4])
})

test('the roles of requests can neither call nor read what is kept', async () => {
  for (const role of ['anon', 'authenticated', 'service_role']) {
    const context = { role }
    for (const text of [
      `s_tier.idempotency_recall('a key', 'ff', 'anon', '{}')`,
      `s_tier.idempotency_claim('a key', 'ff', 'anon', '{}')`,
      `s_tier.idempotency_keep('00', 'ff', 'forged', 1000)`,
      `select answer from s_tier.idempotency_keys`,
    ]) {
      const key = `${role} ${text}`
      const refused = ask({ statement: calling(text), context, idempotency: { key } })
      await expect(refused).rejects.toMatchObject({ code: '42501' })
    }
  }
})

test('a server that logs in as another role has keys of its own', async () => {
  await ask()
  const own = createPool({ target: parseTarget(database.url), sizeMax: 1 })
  expect((await ask({}, own)).isReplay).toBeUndefined()
  expect((await ask({}, own)).isReplay).toBe(true)
  await own.end(1_000)
})

/** A pool, with something that happens before the second half of a transaction. */
function disturbed(on: Pool, between: (connection: Connection) => Promise<unknown>): Pool {
  const watched = (connection: Connection): Connection => {
    let batches = 0
    return {
      processId: connection.processId,
      query: (text, values) => connection.query(text, values),
      async batch(steps, signal) {
        if (++batches === 2) await between(connection)
        return connection.batch(steps, signal)
      },
    }
  }
  return {
    query: (text, values) => on.query(text, values),
    use: (work, options) => on.use(connection => work(watched(connection)), options),
    stats: () => on.stats(),
    fill: () => on.fill(),
    evict: (reason, when) => on.evict(reason, when),
    limit: (connections, reason) => on.limit(connections, reason),
    end: deadlineMs => on.end(deadlineMs),
  }
}

test('a connection that is lost between the halves leaves nothing, and the retry works', async () => {
  const kill = ({ processId }: Connection) =>
    database.query('select pg_terminate_backend($1, 5000)', [processId])
  await expect(ask({}, disturbed(pool, kill))).rejects.toMatchObject({
    code: 'PGRST001',
    status: 503,
  })
  expect([await notes(), await kept()]).toEqual([[], []])
  expect(await ask()).toMatchObject({ rows: 1, isReplay: undefined })
  expect(await ask()).toMatchObject({ isReplay: true })
  expect(await notes()).toEqual(['hello'])
})

test('a client that goes between the halves leaves all or nothing, and a clean connection', async () => {
  const single = open({ sizeMax: 1 })
  onTestFinished(() => single.end(1_000).then(() => undefined))
  const client = new AbortController()
  const leave = async () => client.abort()
  await ask({ signal: client.signal }, disturbed(single, leave)).catch(() => undefined)
  expect((await kept()).length).toBe((await notes()).length)
  expect(single.stats()).toMatchObject({ size: 1 })
  await ask({}, single)
  expect(await notes()).toEqual(['hello'])
  expect(await kept()).toHaveLength(1)
})

test('the second half is cancelled with its client, and rolled back', async () => {
  const holder = createPool({ target: parseTarget(database.url), sizeMax: 1 })
  const client = new AbortController()
  await holder.use(async connection => {
    await connection.query('begin; lock table s_tier.idempotency_keys in share mode')
    const waiting = expect(ask({ signal: client.signal })).rejects.toMatchObject({ code: 'ST512' })
    const blocked = () =>
      database.query(`select from pg_locks where not granted and database =
      (select oid from pg_database where datname = current_database())`)
    await expect.poll(async () => (await blocked()).length).toBe(1)
    client.abort()
    await waiting
    await connection.query('rollback')
  })
  await holder.end(1_000)
  expect([await notes(), await kept()]).toEqual([[], []])
  expect((await ask()).isReplay).toBeUndefined()
})

test('where keys are not enabled, or not for this login, the work is not begun', async () => {
  await disable()
  const refused = {
    code: 'ST144',
    status: 400,
    hint: expect.stringContaining('s-tier idempotency enable'),
  }
  await expect(ask()).rejects.toMatchObject(refused)
  await enable()
  await database.query('revoke usage on schema s_tier from authenticator')
  const single = open({ sizeMax: 1 })
  await expect(ask({}, single)).rejects.toMatchObject({
    ...refused,
    details: "The role that this server logs in as, 'authenticator', may not use the schema s_tier",
    hint: expect.stringContaining('s-tier idempotency enable --for authenticator'),
  })
  await single.end(1_000)
  expect(await notes()).toEqual([])
  await enable()
  expect((await ask()).isReplay).toBeUndefined()
  expect(await ask()).toMatchObject({ isReplay: true })
})

test('where there is one node nobody is told a place in the log', async () => {
  const router = { ...alwaysTo({ name: 'primary', pool }), token: () => 'a token' }
  const idempotency = { key: 'a key', fingerprint: 'ab', keepMs: 60_000, answerBytesMax: 1_000 }
  const once = () =>
    createExecutor(router).run({
      statement: { text: calling('1'), name: '', estimate: undefined },
      parameters: [],
      context: base,
      signal: undefined,
      idempotency,
    })
  expect((await once()).token).toBeUndefined()
  expect(await once()).toMatchObject({ isReplay: true, token: undefined })
})
