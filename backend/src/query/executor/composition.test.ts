import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ReplicatedCluster, startReplicated } from '../../../tests/support/replicated.ts'
import { type Breaker, createBreaker } from '../../capabilities/breaker/index.ts'
import { createPool, parseTarget } from '../../capabilities/pool/index.ts'
import { codeOf } from './code-of.ts'
import { createExecutor } from './executor.ts'
import { alwaysTo, type DatabaseNode, type Router } from './router.ts'
import type { Answer, Execution, TransactionContext } from './types.ts'

let cluster: ReplicatedCluster
let standby: DatabaseNode
let primary: DatabaseNode
let breakers: { readonly standby: Breaker; readonly primary: Breaker }
/** What the router heard, in this order. */
const heard: string[] = []

beforeAll(async () => {
  cluster = await startReplicated({ standbys: 1 })
  const [other] = cluster.standbys
  await cluster.primary.query('create table mark (name text)')
  await cluster.primary.query('grant select, insert on mark to anon')
  await other?.query(`alter system set max_standby_streaming_delay = 0`)
  await other?.query('select pg_reload_conf()')
  await other?.caughtUp(await cluster.primary.lsn())
  standby = nodeOf('standby', other?.authenticatorUrl ?? '')
  primary = nodeOf('primary', cluster.primary.authenticatorUrl)
})
afterAll(async () => {
  await Promise.all([standby, primary].map(({ pool }) => pool.end(1_000)))
  await cluster.stop()
})
beforeEach(() => {
  breakers = { standby: createBreaker('standby'), primary: createBreaker('primary') }
  heard.length = 0
})

function nodeOf(name: string, url: string): DatabaseNode {
  return { name, pool: createPool({ target: parseTarget(url), sizeMax: 4 }) }
}

/** Goes to the standby first, whatever it is, and to the primary when that has failed. */
function misled(): Router {
  const nodes = [
    { ...standby, breaker: breakers.standby },
    { ...primary, breaker: breakers.primary },
  ] as const
  return {
    ...alwaysTo(standby),
    route: (_, failed) => (failed.length === 0 ? nodes[0] : nodes[1]),
    began: ({ name }) => void heard.push(`began ${name}`),
    ended: ({ name }) => void heard.push(`ended ${name}`),
    suspect: ({ name }, error) => void heard.push(`suspect ${name}: ${codeOf(error)}`),
    tellsPlaces: true,
    token: (_, lsn) => lsn,
  }
}

function execution(body: string, context: Partial<TransactionContext> = {}): Execution {
  const text = `select (${body})::text, 1::bigint, null::bigint, null::text, null::text`
  return {
    statement: { text, name: '', estimate: undefined },
    parameters: [],
    context: {
      ...{ role: 'anon', searchPath: '"public"', claims: '{}', method: 'POST', path: '/' },
      ...{ headers: '{}', cookies: '{}', settings: [], readOnly: true, isolation: undefined },
      ...{ rollback: false, preRequest: undefined, statementTimeoutMs: undefined },
      ...context,
    },
    signal: undefined,
  }
}

const WRITE = { readOnly: false }
const INSERTED = `with written as (insert into mark values ('here') returning 1)
  select count(*)::text, 1::bigint, null::bigint, null::text, null::text from written`

test('a read in the way of recovery is read on another node', async () => {
  await cluster.primary.query(`insert into mark select 'old' from generate_series(1, 100)`)
  await cluster.standbys[0]?.caughtUp(await cluster.primary.lsn())
  const sleeping = 'case when pg_is_in_recovery() then pg_sleep(20)::text else $$primary$$ end'
  const reading = createExecutor(misled()).run(execution(sleeping))
  const isReading = async () =>
    (
      await cluster.standbys[0]?.query(
        `select from pg_stat_activity where query like '%pg_sleep(20)%' and pid <> pg_backend_pid()`,
      )
    )?.length
  await expect.poll(isReading).toBe(1)
  await cluster.primary.query('delete from mark')
  await cluster.primary.query('vacuum mark')
  expect(await reading).toMatchObject({ body: 'primary', node: 'primary' })
  expect(heard).toEqual(['began standby', 'ended standby', 'began primary', 'ended primary'])
  expect(breakers.standby.status()).toMatchObject({ running: 0, window: { failures: 0 } })
})

test('a write that reached a standby is written on the primary, once', async () => {
  const statement = { text: INSERTED, name: '', estimate: undefined }
  const answer = await createExecutor(misled()).run({ ...execution('', WRITE), statement })
  expect(answer).toMatchObject({ body: '1', node: 'primary', token: expect.stringContaining('/') })
  expect(heard).toContain('suspect standby: 25006')
  expect(await cluster.primary.query(`select name from mark where name = 'here'`)).toHaveLength(1)
})

test('a write that reached standbys alone is told that there is no primary, not that it may not write', async () => {
  const alwaysMisled: Router = { ...misled(), route: () => standby }
  const statement = { text: INSERTED, name: '', estimate: undefined }
  const writing = createExecutor(alwaysMisled).run({ ...execution('', WRITE), statement })
  await expect(writing).rejects.toMatchObject({ code: 'ST502', status: 503 })
  const oneNode = createExecutor(alwaysTo(standby)).run({ ...execution('', WRITE), statement })
  await expect(oneNode).rejects.toMatchObject({ code: '25006' })
})

test('a call that wrote nothing, on a standby that was taken for the primary, is made again there', async () => {
  const answer = await createExecutor(misled()).run(execution('pg_is_in_recovery()', WRITE))
  expect(answer).toMatchObject({ body: 'false', node: 'primary' })
  expect(heard).toContain('suspect standby: ST502')
})

test('what the breaker of one node refuses is answered by another one', async () => {
  breakers.standby.isolate('maintenance')
  const answer = await createExecutor(misled()).run(execution('1'))
  expect(answer).toMatchObject({ node: 'primary' })
  expect(heard).toEqual(['began primary', 'ended primary'])
})

test('refusals with nowhere else to go cost nothing of the budget for repeats', async () => {
  const breaker = createBreaker('standby')
  const executor = createExecutor(alwaysTo({ ...standby, breaker }))
  breaker.isolate('maintenance')
  const refused = Array.from({ length: 200 }, () => executor.run(execution('1')).catch(codeOf))
  expect(new Set(await Promise.all(refused))).toEqual(new Set(['ST501']))
  breaker.release()
  const reading = executor.run(execution(`'slept' || pg_sleep(1.4)`))
  await expect
    .poll(
      async () =>
        await cluster.standbys[0]?.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where query like '%sleep(1.4)%' and pid <> pg_backend_pid()`,
        ),
    )
    .toHaveLength(1)
  expect(await reading).toMatchObject({ body: 'slept' })
})

test('when no node can answer, what was answered before may be told; errors of the request are told as ever', async () => {
  breakers.standby.isolate('maintenance')
  const known = { body: 'yesterday' } as Answer
  const asked: unknown[] = []
  const stale = (_: Execution, error: Error) => {
    asked.push(codeOf(error))
    return known
  }
  const one = createExecutor(alwaysTo({ ...standby, breaker: breakers.standby }), { stale })
  expect(await one.run(execution('1'))).toBe(known)
  breakers.standby.release()
  await expect(one.run(execution('1 / 0'))).rejects.toMatchObject({ code: '22012' })
  expect(asked).toEqual(['ST501'])
  const nothing = createExecutor(misled(), { stale: () => undefined })
  breakers.standby.isolate('maintenance')
  breakers.primary.isolate('maintenance')
  await expect(nothing.run(execution('1'))).rejects.toMatchObject({ code: 'ST501' })
})

test('a permit of the breaker comes back however an execution ends', async () => {
  const executor = createExecutor(misled())
  const controller = new AbortController()
  const ways = [
    executor.run(execution('1')),
    executor.run(execution('1 / 0')),
    executor.run({ ...execution('pg_sleep(9)'), signal: controller.signal }),
    executor.run({ ...execution('1'), deadline: 0 }),
    executor.run(execution('1', { role: 'nobody' })),
  ]
  controller.abort()
  await Promise.allSettled(ways)
  expect(breakers.standby.status().running).toBe(0)
  expect(heard.filter(each => each.startsWith('began'))).toHaveLength(
    heard.filter(each => each.startsWith('ended')).length,
  )
})
