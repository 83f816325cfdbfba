import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { systemClock } from '../../base/index.ts'
import { createPool, parseTarget, type Pool } from '../../capabilities/pool/index.ts'
import { StatementCosts } from './statement-costs.ts'
import type { Execution, TransactionContext } from './types.ts'

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createDatabase(`
    create table words (word text);
    insert into words select repeat('x', 100) from generate_series(1, 5000);
    create table calls (at timestamptz);
    create function call() returns int language sql volatile security definer
      as $$ insert into calls values (now()); select 1 $$;
    grant select, insert, update, delete on words to anon;
    analyze words`)
  pool = createPool({ target: parseTarget(database.authenticatorUrl), sizeMax: 2 })
})
afterAll(async () => {
  await pool.end(1_000)
  await database.drop()
})

const CONTEXT: TransactionContext = {
  ...{ role: 'anon', searchPath: '"public"', claims: '{}', method: 'GET', path: '/' },
  ...{ headers: '{}', cookies: '{}', settings: [], readOnly: false, isolation: undefined },
  ...{ rollback: false, preRequest: undefined, statementTimeoutMs: undefined },
}

function executing(text: string, parameters: Execution['parameters'] = [], role = 'anon') {
  const statement = { text, name: text, estimate: undefined }
  return { statement, parameters, context: { ...CONTEXT, role }, signal: undefined }
}

function watched() {
  let asked = 0
  let lateMs = 0
  let version = '1'
  const costs = new StatementCosts({
    use: (work, options) => {
      asked++
      return pool.use(work, options)
    },
    version: () => version,
    clock: { ...systemClock, now: () => systemClock.now() + lateMs },
  })
  return {
    costs,
    of: (execution: Execution) => costs.of(execution, costs.keyOf(execution)),
    asked: () => asked,
    wait: (ms: number) => void (lateMs += ms),
    migrate: () => void (version += '1'),
  }
}

const ALL = executing('select * from words')

test('the planner is asked once for a statement and a role, until it is old or the catalog another one', async () => {
  const { of, asked, wait, migrate } = watched()
  const [first, second] = await Promise.all([of(ALL), of(ALL)])
  expect([first, second, of(ALL)]).toEqual([first, first, first])
  expect(first).toBeGreaterThan(50)
  expect(asked()).toBe(1)
  await of({ ...ALL, context: { ...CONTEXT, role: 'authenticator' } })
  expect(asked()).toBe(2)
  wait(299_000)
  expect(of(ALL)).toBe(first)
  wait(2_000)
  expect(await of(ALL)).toBe(first)
  migrate()
  expect(await of(ALL)).toBe(first)
  expect(asked()).toBe(4)
})

test('it is told the values, and what is little costs little', async () => {
  const { of } = watched()
  const limited = executing('select * from words limit $1', ['1'])
  expect(await of(limited)).toBe(1)
  expect(await of(executing('select * from words where word = $1', ['x']))).toBeGreaterThan(50)
})

test.each([
  'select call()',
  'select * from call()',
  'with made as (select call()) select * from made',
  "insert into words values ('y') returning word",
  "update words set word = 'y'",
  'delete from words',
  "with gone as (delete from words returning 1) insert into words select 'y' from gone",
])('%s is not executed', async text => {
  const { of } = watched()
  expect(await of(executing(text))).toBeGreaterThanOrEqual(1)
  const found = await database.query(
    `select (select count(*)::int from calls) as calls, count(*)::int as words,
      bool_and(word = repeat('x', 100)) as "isAsBefore" from words`,
  )
  expect(found).toEqual([{ calls: 0, words: 5_000, isAsBefore: true }])
})

test('what asks for its plan, even with execution, is asked for the plan alone', async () => {
  const { of } = watched()
  const cost = await of(ALL)
  const explaining = executing('explain (format json, analyze) select * from words')
  expect(await of(explaining)).toBe(cost)
})

test('what cannot be planned has no cost, and is not asked for again at once', async () => {
  const { of, asked, wait } = watched()
  const denied = executing('select * from calls')
  expect(await of(denied)).toBeUndefined()
  expect(of(denied)).toBeUndefined()
  expect(asked()).toBe(1)
  wait(10_001)
  expect(await of(denied)).toBeUndefined()
  expect(asked()).toBe(2)
})

test('few are asked for at the same time', async () => {
  const { of, asked } = watched()
  const all = Array.from({ length: 20 }, async (_, index) => of(executing(`select ${index}`)))
  expect(asked()).toBe(8)
  expect((await Promise.all(all)).filter(cost => cost === 1)).toHaveLength(8)
})
