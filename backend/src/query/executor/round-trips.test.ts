import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { createPool, parseTarget, type Pool } from '../../capabilities/pool/index.ts'
import { createExecutor } from './executor.ts'
import { alwaysTo } from './router.ts'
import type { Execution, Executor, TransactionContext } from './types.ts'

let database: TestDatabase
let pool: Pool
let executor: Executor
/** Who spoke, in turn: the client first. */
const turns: ('client' | 'server')[] = []
let isTold = false

beforeAll(async () => {
  database = await createDatabase(
    'create table thing (id int generated always as identity, note text); grant all on thing to anon',
  )
  const target = parseTarget(database.authenticatorUrl)
  const relay = createServer(client => {
    const server = connect(target.port, target.host)
    for (const [from, to, name] of [
      [client, server, 'client'],
      [server, client, 'server'],
    ] as const) {
      from.setNoDelay(true).on('data', bytes => {
        if (turns.at(-1) !== name) turns.push(name)
        to.write(bytes)
      })
      from.on('error', () => to.destroy()).on('close', () => to.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  const address = relay.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  pool = createPool({ target: { ...target, host: '127.0.0.1', port }, sizeMax: 1 })
  executor = createExecutor(alwaysTo({ name: 'primary', pool }), { tellsTokens: () => isTold })
  return () => void relay.close()
})
afterAll(async () => {
  await pool.end(1_000)
  await database.drop()
})
beforeEach(() => {
  isTold = false
})

const context: TransactionContext = {
  ...{ role: 'anon', searchPath: 'public', claims: '{}', method: 'GET', path: '/thing' },
  ...{ headers: '{}', cookies: '{}', settings: [], isolation: undefined, rollback: false },
  ...{ readOnly: false, preRequest: undefined, statementTimeoutMs: undefined },
}

function written(returning: string, more: Partial<Execution> = {}): Execution {
  const text = `with written as (insert into thing (note) values ('new') returning id)
    select (${returning})::text, count(*), null::bigint, null, null, null, null from written`
  return {
    statement: { name: '', text, estimate: undefined },
    ...{ parameters: [], context, signal: undefined, ...more },
  }
}

/** Until the connection is free again. */
async function turnsOf(execution: Execution): Promise<readonly string[]> {
  await expect.poll(() => pool.stats().idle + (1 - pool.stats().size)).toBe(1)
  turns.length = 0
  await executor.run(execution).catch(() => undefined)
  await expect.poll(() => pool.stats().idle).toBe(1)
  return [...turns]
}

const ONE = ['client', 'server']

test('a read, a write and what puts the session in order behind it take one round trip each', async () => {
  const read: Execution = { ...written('1'), context: { ...context, readOnly: true } }
  const text = `select '[]', 0, null, null, null`
  const reading = { ...read, statement: { ...read.statement, text } }
  await turnsOf(reading) // It is connected.
  expect(await turnsOf({ ...reading, leavesNoTrace: true })).toEqual(ONE)
  expect(await turnsOf(reading)).toEqual(ONE)
  expect(await turnsOf(written('min(id)'))).toEqual(ONE)
  isTold = true
  expect(await turnsOf(written('min(id)'))).toEqual(ONE)
})

test('so does a write that fails, unless it leaves a transaction to be rolled back', async () => {
  await turnsOf(written('min(id)'))
  expect(await turnsOf(written('1 / 0'))).toEqual(ONE)
  isTold = true
  expect(await turnsOf(written('1 / 0'))).toEqual([...ONE, ...ONE])
  expect(pool.stats().opened).toBe(1)
})
