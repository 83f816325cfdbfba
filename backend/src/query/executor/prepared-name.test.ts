import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { createPool, parseTarget, type Pool } from '../../capabilities/pool/index.ts'
import type { Statement } from '../sql/index.ts'
import { createExecutor } from './executor.ts'
import { alwaysTo } from './router.ts'
import { preparedName } from './prepared-name.ts'
import type { Executor, TransactionContext } from './types.ts'

let database: TestDatabase
let pool: Pool
let executor: Executor

/** Functions that PostgreSQL makes part of a plan, and that one of two roles may execute. One connection serves both. */
beforeAll(async () => {
  database = await createDatabase(`
    create function secret() returns text language sql stable as $$ select 'told' $$;
    create function secrets() returns setof text language sql stable as $$ select 'told' $$;
    create function check_request() returns int language sql stable as $$ select 1 $$;
    revoke execute on function secret(), secrets(), check_request() from public;
    grant execute on function secret(), secrets(), check_request() to authenticated;
  `)
  pool = createPool({ target: parseTarget(database.authenticatorUrl), sizeMax: 1 })
  executor = createExecutor(alwaysTo({ name: 'primary', pool }))
})
afterAll(async () => {
  await pool.end(1_000)
  await database.drop()
})

const context: TransactionContext = {
  role: 'authenticated',
  searchPath: 'public',
  claims: '{}',
  method: 'GET',
  path: '/',
  headers: '{}',
  cookies: '{}',
  settings: [],
  readOnly: true,
  isolation: undefined,
  rollback: false,
  preRequest: undefined,
  statementTimeoutMs: undefined,
}

function statement(name: string, value: string, estimate?: Statement['estimate']): Statement {
  const text = `select (${value})::text, 1::bigint, null::bigint, null::text, null::text`
  return { text, name, estimate }
}

function run(asked: Statement, parts: Partial<TransactionContext>) {
  const execution = { statement: asked, parameters: [], signal: undefined }
  return executor.run({ ...execution, context: { ...context, ...parts } })
}

const estimate = {
  text: 'explain (format json) select * from secrets()',
  name: 'estimate',
  parameters: [],
}

test.each<[string, Statement, Partial<TransactionContext>]>([
  ['a value', statement('value', 'select secret()'), {}],
  ['rows', statement('rows', 'select count(*) from secrets()'), {}],
  ['an estimate', statement('estimated', '1', estimate), {}],
  [
    'the pre-request function',
    statement('plain', '1'),
    { preRequest: { schema: 'public', name: 'check_request' } },
  ],
])('%s: no role profits from what was planned for another', async (_what, asked, parts) => {
  const forbidden = { code: '42501' }
  for (let round = 0; round < 8; round++) await run(asked, parts)
  for (let round = 0; round < 2; round++) {
    await expect(run(asked, { ...parts, role: 'anon' })).rejects.toMatchObject(forbidden)
    await run(asked, parts)
  }
})

test('a right that is taken away is gone at once, and back when it is given again', async () => {
  const asked = statement('taken', 'select secret()')
  for (let round = 0; round < 8; round++) await run(asked, {})
  await database.query('revoke execute on function secret() from authenticated')
  await expect(run(asked, {})).rejects.toMatchObject({ code: '42501' })
  await database.query('grant execute on function secret() to authenticated')
  expect(await run(asked, {})).toMatchObject({ body: 'told' })
})

test('names are short and told apart, whatever a role is called', () => {
  const roles = ['a', 'b', 'A', '', 'a"; drop table x; --', '\u00e9', 'e\u0301', 'x'.repeat(10_000)]
  const names = roles.map(role => preparedName('s1', role))
  expect(new Set(names).size).toBe(roles.length)
  for (const name of names) expect(name).toMatch(/^s1_[a-z0-9]{1,13}$/)
  expect(preparedName('', 'a')).toBe('')
})

test('a role keeps its name however many others come between', () => {
  const name = preparedName('s1', 'first')
  for (let count = 0; count < 2_500; count++) preparedName('s1', `role ${count}`)
  expect(preparedName('s1', 'first')).toBe(name)
})
