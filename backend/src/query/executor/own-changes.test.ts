import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { startFaultProxy } from '../../../tests/support/fault-proxy.ts'
import { journaling, withSession } from '../../../tests/support/journaling.ts'
import { IDEMPOTENCY_PART } from '../../capabilities/idempotency/index.ts'
import { createPool, parseTarget, type Pool } from '../../capabilities/pool/index.ts'
import { enablePart } from '../../capabilities/schema/index.ts'
import type { OwnChanges } from './caching/types.ts'
import { createExecutor, type ExecutorSetup } from './executor.ts'
import { alwaysTo } from './router.ts'
import type { Execution, Executor, TransactionContext } from './types.ts'

let database: TestDatabase
let pool: Pool
/** What was told, in its order, and when whoever wrote it heard of it. */
const told: (OwnChanges | 'answered')[] = []

beforeAll(async () => {
  database = await createDatabase(`
    create table thing (id int primary key, note text);
    create table audit (id int generated always as identity primary key, thing int);
    create table aside (id int);
    create table checked (id int unique deferrable initially deferred);
    grant all on thing, audit, aside, checked to anon;
    create function follow_up() returns trigger language plpgsql as $$
    begin
      insert into audit (thing) values (new.id);
      return null;
    end $$;
    create constraint trigger later after insert on thing deferrable initially deferred
      for each row when (new.note = 'audited') execute function follow_up();
    create function end_session() returns trigger language plpgsql security definer as $$
    begin
      perform pg_terminate_backend(pg_backend_pid());
      return null;
    end $$;
    create constraint trigger last after insert on thing deferrable initially deferred
      for each row when (new.note = 'ends') execute function end_session();
    create function forgetful() returns text language plpgsql as $$
    begin
      deallocate all;
      insert into thing values (70, null);
      return current_setting('transaction_isolation');
    end $$;`)
  await journaling(database.url, {
    tables: ['thing', 'audit', 'checked'],
    logins: ['authenticator'],
  })
  await withSession(database.url, each => enablePart(each, IDEMPOTENCY_PART, ['authenticator']))
})
afterAll(() => database.drop())
beforeEach(() => {
  told.length = 0
  pool = open()
})
afterEach(async () => {
  await pool.end(1_000)
  await database.query('truncate thing, audit, aside, checked, s_tier.idempotency_keys')
})

function open(url = database.authenticatorUrl): Pool {
  return createPool({ target: parseTarget(url), sizeMax: 4 })
}

function executor(setup: ExecutorSetup = {}, on = pool): Executor {
  const router = {
    ...alwaysTo({ name: 'primary', pool: on }),
    token: (_: unknown, lsn: string, xid?: bigint) => `${lsn} of ${xid}`,
  }
  return createExecutor(router, {
    wantsOwnChanges: () => true,
    onCommitted: changes => void told.push(changes),
    ...setup,
  })
}

interface Asked extends Partial<Omit<Execution, 'context'>> {
  readonly context?: Partial<TransactionContext>
  readonly setup?: ExecutorSetup
  readonly on?: Pool
}

/** A statement `with written as (…)`. */
async function write(
  text: string,
  { context, setup, on, ...more }: Asked = {},
): Promise<string | null> {
  const answer = await executor(setup, on).run({
    statement: {
      text: `with written as (${text}) select (select max(w::text) from written w), 1::bigint, null::bigint, null, null, null, null::bigint`,
      name: '',
      estimate: undefined,
    },
    parameters: [],
    context: { ...base, ...context },
    signal: undefined,
    ...more,
  })
  told.push('answered')
  return answer.body
}

const base: TransactionContext = {
  ...{ role: 'anon', searchPath: '"public"', claims: '{}', method: 'POST', path: '/thing' },
  ...{ headers: '{}', cookies: '{}', settings: [], readOnly: false, isolation: undefined },
  ...{ rollback: false, preRequest: undefined, statementTimeoutMs: undefined },
}
const ANYTHING = { xid: undefined, events: undefined }
const insert = (id: number) => `insert into thing values (${id}, 'x') returning *`

function tablesOf(changes: OwnChanges | 'answered' | undefined): unknown {
  return changes === 'answered'
    ? changes
    : changes?.events?.map(({ kind, table }) => `${kind} ${table}`)
}

test('what a write changed is told before its answer, with the id of the transaction and the rows', async () => {
  await write('insert into thing values (1, null), (2, null) returning *')
  const [changes] = told as [OwnChanges]
  const [row] = await database.query('select xmin::text as xid from thing where id = 1')
  expect(String(changes.xid)).toBe(row?.['xid'])
  expect(changes.events).toMatchObject([
    {
      kind: 'insert',
      table: 'thing',
      key: { id: '1' },
      new: { id: '1', note: null },
      role: 'anon',
    },
    { kind: 'insert', key: { id: '2' } },
  ])
  expect(told).toEqual([changes, 'answered'])
})

test('what deferred triggers do at the commit is told as well', async () => {
  await write(`insert into thing values (1, 'audited') returning *`)
  expect(told.map(tablesOf)).toEqual([['insert thing', 'insert audit'], 'answered'])
})

test('what is not journaled has an id and no events, and what wrote nothing has neither', async () => {
  await write('insert into aside values (1) returning *')
  await write('select 1')
  expect(told).toEqual([
    { xid: expect.any(BigInt), events: [] },
    'answered',
    { xid: undefined, events: [] },
    'answered',
  ])
})

test('nothing is told of reads, of what is rolled back, and of what fails, at the commit too', async () => {
  await write('select 1', { context: { readOnly: true } })
  await write(insert(1), { context: { rollback: true } })
  await expect(write('select 1/0')).rejects.toMatchObject({ code: '22012' })
  await expect(write('insert into checked values (1), (1) returning *')).rejects.toMatchObject({
    code: '23505',
  })
  expect(told).toEqual(['answered', 'answered'])
})

test('of a write that had begun before anybody wanted to know, anything may have changed', async () => {
  let isWanted = false
  const setup = { wantsOwnChanges: () => isWanted }
  await withSession(database.url, async session => {
    await session.query('select pg_advisory_lock(78)')
    const writing = write('select pg_advisory_xact_lock(78)', { setup })
    await expect
      .poll(() =>
        database.query(`select from pg_locks where locktype = 'advisory' and objid = 78 and not granted
          and database = (select oid from pg_database where datname = current_database())`),
      )
      .toHaveLength(1)
    isWanted = true
    await session.query('select pg_advisory_unlock(78)')
    await writing
  })
  expect(told).toEqual([ANYTHING, 'answered'])
})

test('of more than is worth telling, at last only the tables are told', async () => {
  await write(`insert into thing select i, 'audited' from generate_series(1, 501) i returning 1`)
  await write(
    `insert into thing select i, 'x' from generate_series(501, 1000) i where i > 501 returning 1`,
  )
  await write(`insert into thing values (-1, repeat('x', 1100000)) returning 1`)
  const [many, , few, , large] = told as OwnChanges[]
  expect(few?.events).toHaveLength(499)
  expect(tablesOf(large)).toEqual(['truncate thing'])
  const whole = many?.events?.filter(({ kind }) => kind === 'truncate')
  expect(whole?.map(({ table }) => table).sort()).toEqual(['audit', 'thing'])
  expect(whole?.map(({ cursor }) => cursor.xid)).toEqual([many?.xid, many?.xid])
})

test('a write with a key is told like any other, and its repetition is no change', async () => {
  const idempotency = { key: 'k', fingerprint: 'ab', keepMs: 60_000, answerBytesMax: 10_000 }
  await write(`insert into thing values (1, 'audited') returning *`, { idempotency })
  await write(`insert into thing values (1, 'audited') returning *`, { idempotency })
  expect(told.map(tablesOf)).toEqual([['insert thing', 'insert audit'], 'answered', 'answered'])
})

test('a function that throws away what is prepared is no hindrance, with a key neither', async () => {
  const idempotency = { key: 'k', fingerprint: 'ab', keepMs: 60_000, answerBytesMax: 10_000 }
  await write(insert(1))
  await write('select forgetful()')
  await database.query('delete from thing')
  told.length = 0
  await write('select forgetful()', { idempotency })
  expect(told.map(tablesOf)).toEqual([['insert thing'], 'answered'])
})

test('a transaction is under the isolation that it asks for, or that the server has', async () => {
  await database.query(`alter role authenticator in database ${database.name}
    set default_transaction_isolation = 'repeatable read'`)
  onTestFinished(async () => {
    await database.query(`alter role authenticator in database ${database.name} reset all`)
  })
  const asked = `select current_setting('transaction_isolation')`
  const fresh = open()
  expect(await write(asked, { on: fresh })).toBe('("repeatable read")')
  const isolation = 'serializable'
  expect(await write(asked, { on: fresh, context: { isolation } })).toBe('(serializable)')
  await fresh.end(1_000)
})

test('where the journal has gone, writes are done, and anything counts as changed', async () => {
  await write(insert(1))
  await database.query('alter function s_tier.journal_own rename to journal_gone')
  onTestFinished(async () => {
    await database.query('alter function s_tier.journal_gone rename to journal_own')
  })
  const idempotency = { key: 'k', fingerprint: 'ab', keepMs: 60_000, answerBytesMax: 10_000 }
  await write(insert(2))
  await write(insert(3), { idempotency })
  await write(insert(4), { setup: { tellsTokens: () => true } })
  expect(told.slice(2).filter(each => each !== 'answered')).toEqual(
    Array.from({ length: 3 }, () => ({ xid: expect.any(BigInt), events: undefined })),
  )
  expect(await database.query('select from thing')).toHaveLength(4)
})

const BROKEN = [
  ['is ended by an administrator', 'perform pg_terminate_backend(pg_backend_pid())'],
  ['takes too long', 'perform pg_sleep(60)'],
] as const
test.each(BROKEN)('a session that %s while it tells has done its write', async (_, body) => {
  await database.query(`alter function s_tier.journal_own rename to journal_whole;
    create function s_tier.journal_own(integer, bigint) returns table (xid text, "position" text, relation oid,
      schema_name text, table_name text, kind text, at_ms text, key text, old_row text, new_row text, role text,
      claims text, request_id text, trace text) language plpgsql as $$ begin ${body}; end $$;
    grant execute on function s_tier.journal_own to authenticator`)
  onTestFinished(async () => {
    await database.query(`drop function s_tier.journal_own;
      alter function s_tier.journal_whole rename to journal_own`)
  })
  await write(insert(1), { deadline: performance.now() + 1_000 })
  expect(told).toEqual([{ xid: expect.any(BigInt), events: undefined }, 'answered'])
})

test('when nobody knows whether it was committed, anything may have changed', async () => {
  const { port } = new URL(database.url)
  const proxy = await startFaultProxy({ host: '127.0.0.1', port: Number(port) })
  const lossy = open(proxy.urlFor(database.authenticatorUrl))
  onTestFinished(async () => {
    await lossy.end(1_000)
    await proxy.stop()
  })
  await write(insert(1), { on: lossy, leavesNoTrace: true })
  await expect.poll(() => lossy.stats().idle).toBe(1)
  told.length = 0
  proxy.freeze('to-client')
  const writing = write(insert(2), { on: lossy }).catch((error: unknown) => error)
  await expect.poll(() => database.query('select from thing')).toHaveLength(2)
  proxy.reset()
  await proxy.heal()
  expect(await writing).toMatchObject({ code: 'PGRST001' })
  expect(told).toEqual([ANYTHING])
})

test('a session that ends in its commit may have committed, with a key too', async () => {
  const idempotency = { key: 'k', fingerprint: 'ab', keepMs: 60_000, answerBytesMax: 10_000 }
  const ends = `insert into thing values (1, 'ends') returning *`
  await expect(write(ends)).rejects.toMatchObject({ code: 'PGRST001' })
  expect(told).toEqual([ANYTHING])
  await expect(write(ends, { idempotency })).rejects.toMatchObject({ code: 'PGRST001' })
  expect(new Set(told)).toEqual(new Set([ANYTHING])) // It is tried again.
})

test('who cancels before the commit has changed nothing', async () => {
  const signal = { aborted: false }
  const writing = write('select pg_sleep(60)', { signal })
  await expect
    .poll(() =>
      database.query(`select from pg_stat_activity where query like '%pg_sleep(60)%'
      and state = 'active' and pid <> pg_backend_pid() and datname = current_database()`),
    )
    .toHaveLength(1)
  signal.aborted = true
  await expect(writing).rejects.toMatchObject({ code: 'ST512' })
  expect(told).toEqual([])
})

test('where tokens are wanted of one node, they name the transaction', async () => {
  const { token } = await executor({ tellsTokens: () => true }).run({
    statement: {
      text: `with written as (${insert(1)}) select null::text, 1::bigint, null::bigint, null, null, null, null::bigint from written`,
      name: '',
      estimate: undefined,
    },
    parameters: [],
    context: base,
    signal: undefined,
  })
  expect(token).toBe(`${token?.split(' ')[0]} of ${(told[0] as OwnChanges).xid}`)
})

test('a write that leaves no trace is not cleaned up after; one with a key leaves some itself', async () => {
  const own = createPool({ target: parseTarget(database.authenticatorUrl), sizeMax: 1 })
  onTestFinished(async () => {
    await own.end(1_000)
  })
  const idempotency = { key: 'k', fingerprint: 'ab', keepMs: 60_000, answerBytesMax: 10_000 }
  const preRequest = { schema: 'pg_catalog', name: 'pg_backend_pid' }
  const quiet = { on: own, leavesNoTrace: true }
  const mark = () =>
    own.use(
      async one => {
        const [row] = await one.query(`select current_setting('s_tier.xid', true) as xid`)
        return row?.['xid'] ?? ''
      },
      { leavesNoTrace: true },
    )
  await write(insert(1), quiet)
  expect(await mark()).toMatch(/^\d+$/) // Nothing else is told of a reset.
  await write(insert(2), { on: own })
  expect(await mark()).toBe('')
  await write(insert(3), quiet)
  await write(insert(4), { ...quiet, idempotency })
  expect(await mark()).toBe('')
  await write(insert(5), { ...quiet, context: { preRequest } })
  expect(await mark()).toBe('')
})
