import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { withSession } from '../../../tests/support/journaling.ts'
import { startReplicated } from '../../../tests/support/replicated.ts'
import { createPool, parseTarget, type Pool } from '../../capabilities/pool/index.ts'
import { includes, parseSnapshot } from '../cacheability/index.ts'
import { contextStep } from './context.ts'
import { createExecutor } from './executor.ts'
import { alwaysTo } from './router.ts'
import type { Answer, Execution, TransactionContext } from './types.ts'

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createDatabase(`
    create table thing (id int primary key);
    grant select on thing to anon;
    create function check_request() returns void language sql as 'select'`)
  pool = createPool({ target: parseTarget(database.authenticatorUrl), sizeMax: 2 })
})
afterAll(async () => {
  await pool.end(1_000)
  await database.drop()
})

const base: TransactionContext = {
  ...{ role: 'anon', searchPath: '"public"', claims: '{}', method: 'GET', path: '/thing' },
  ...{ headers: '{}', cookies: '{}', settings: [], readOnly: true, isolation: undefined },
  ...{ rollback: false, preRequest: undefined, statementTimeoutMs: undefined },
}

/** Which rows there are. */
function execution(more: Partial<Execution>, context: Partial<TransactionContext>): Execution {
  const text = `select (select json_agg(id order by id) from public.thing)::text, 1::bigint, null::bigint, null::text, null::text`
  return {
    statement: { text, name: '', estimate: undefined },
    parameters: [],
    context: { ...base, ...context },
    signal: undefined,
    tellsSnapshot: true,
    ...more,
  }
}

function read(context: Partial<TransactionContext> = {}, more: Partial<Execution> = {}, on = pool) {
  return createExecutor(alwaysTo({ name: 'primary', pool: on })).run(execution(more, context))
}

const CONTEXTS: readonly (readonly [string, Partial<TransactionContext>])[] = [
  ['of a read', {}],
  ['with a pre-request function', { preRequest: { schema: 'public', name: 'check_request' } }],
  ['with settings and a timeout', { settings: [['timezone', 'UTC']], statementTimeoutMs: 5_000 }],
  ['of repeatable reads', { isolation: 'repeatable read' }],
  ['of serializable reads', { isolation: 'serializable' }],
  ['that is rolled back', { rollback: true }],
]

test.each(CONTEXTS)('the snapshot %s tells who had ended and who had not', async (_, context) => {
  await withSession(database.url, async session => {
    await session.query('begin')
    await session.query('insert into thing values (-1)')
    const open = await xidOf(session)
    const committed = await xidOf(
      database,
      `insert into thing values ((select count(*) from thing))`,
    )
    const { snapshot, body } = await read(context)
    const seen = parseSnapshot(snapshot ?? '')
    expect([includes(seen, open), includes(seen, committed)]).toEqual([false, true])
    expect(JSON.parse(body ?? '')).not.toContain(-1)
    await session.query('rollback')
  })
})

test('what is committed while the pre-request function runs is read, but not told', async () => {
  await database.query(`create function wait_for_it() returns void language plpgsql as $$
    begin
      perform pg_advisory_lock_shared(77), pg_advisory_unlock_shared(77);
    end $$`)
  await withSession(database.url, async session => {
    await session.query('select pg_advisory_lock(77)')
    const reading = read({ preRequest: { schema: 'public', name: 'wait_for_it' } })
    await expect
      .poll(() =>
        database.query(`select from pg_locks where locktype = 'advisory' and objid = 77 and not granted
          and database = (select oid from pg_database where datname = current_database())`),
      )
      .toHaveLength(1)
    const late = await xidOf(database, 'insert into thing values (1000)')
    await session.query('select pg_advisory_unlock(77)')
    const { snapshot, body } = await reading
    expect(JSON.parse(body ?? '')).toContain(1000)
    expect(includes(parseSnapshot(snapshot ?? ''), late)).toBe(false)
  })
})

test('who does not ask is told nothing, by the same statement as ever', async () => {
  const { snapshot } = await read({}, { tellsSnapshot: undefined })
  expect(snapshot).toBeUndefined()
  expect(contextStep(base)).toMatchObject({ name: 'context_1', discard: true })
  expect(contextStep(base).text).not.toContain('snapshot')
})

test('of a standby only that is told which had ended before the oldest that had not', async () => {
  const cluster = await startReplicated({ standbys: 1 })
  const { primary, standbys } = cluster
  const [standby] = standbys
  await primary.query('create table thing (id int primary key); grant select on thing to anon')
  const on = createPool({ target: parseTarget(standby?.authenticatorUrl ?? ''), sizeMax: 1 })
  const ask = async (): Promise<Answer> => {
    await standby?.caughtUp(await primary.lsn())
    return read({}, {}, on)
  }
  await withSession(primary.url, async session => {
    const before = await xidOf(primary, 'insert into thing values (1)')
    await session.query('begin')
    await session.query('insert into thing values (2)')
    const open = await xidOf(session)
    const after = await xidOf(primary, 'insert into thing values (3)')
    const { snapshot, body } = await ask()
    const seen = parseSnapshot(snapshot ?? '')
    expect(JSON.parse(body ?? '')).toEqual([1, 3])
    expect([before, open, after].map(xid => includes(seen, xid))).toEqual([true, false, false])
    await session.query('commit')
    const later = parseSnapshot((await ask()).snapshot ?? '')
    expect([before, open, after].map(xid => includes(later, xid))).toEqual([true, true, true])
  })
  await on.end(1_000)
  await cluster.stop()
})

/** Of a transaction that is open, or of a write. */
async function xidOf(
  session: { query(text: string): Promise<Record<string, unknown>[]> },
  write?: string,
): Promise<bigint> {
  const current = 'pg_current_xact_id()::text as xid'
  const [row] = await session.query(write ? `${write} returning ${current}` : `select ${current}`)
  return BigInt(String(row?.['xid']))
}
