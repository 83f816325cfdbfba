import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { CancelledError } from '../../src/capabilities/pool/index.ts'
import { formatConsistencyToken } from '../../src/capabilities/replicas/index.ts'
import type { Execution, Executor } from '../../src/query/executor/index.ts'
import type { TestDatabase } from '../support/database.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { type CachedNode, type CachedNodeSetup, startNode } from './cached-node.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createJournaledDatabase(`
    create table things (id int primary key, note text, at timestamptz default now());
    insert into things values (1, 'one'), (2, 'two'), (3, 'three');
    grant all on things to anon;
  `)
})
afterAll(async () => {
  await database.drop()
})

async function started(setup: Partial<CachedNodeSetup> = {}): Promise<CachedNode> {
  const node = await startNode({ url: database.authenticatorUrl, ...setup })
  onTestFinished(() => node.stop())
  return node
}
/** Before an executor: `run` decides. */
const before =
  (run: (execution: Execution, inner: Executor) => ReturnType<Executor['run']>) =>
  (inner: Executor): Executor => ({
    hedges: () => ({ asked: 3, won: 1 }),
    run: execution => run(execution, inner),
  })
const tokenOf = (xid: bigint) => ({
  's-tier-consistency': formatConsistencyToken({ systemId: '1', timeline: 1, lsn: 1n, xid }),
})
const from = async (node: CachedNode, url: string) => (await node.get(url)).cached?.from

test('what a token or a client asks beyond what is kept is read, unless nothing may be read', async () => {
  const node = await started()
  await expect.poll(() => from(node, '/things?id=eq.1')).toBe('l1')
  const future = tokenOf(2n ** 60n)
  const asking = (control: string) => ({ headers: { ...future, 'cache-control': control } })
  await expect(node.get('/things?id=eq.1', asking('only-if-cached'))).rejects.toMatchObject({
    code: 'ST641',
  })
  expect((await node.get('/things?id=eq.1', asking('no-store'))).cached).toMatchObject({
    ...{ from: 'bypass', why: 'consistency', isStored: false, key: undefined },
  })
  await expect(node.get('/things?id=eq.x', { headers: future })).rejects.toMatchObject({
    code: '22P02',
  })
})

test('a read that was begun before a write is not enough for whoever brings its token', async () => {
  const gates: (() => void)[] = []
  let isSlow = false
  const node = await started({
    around: before(async (execution, inner) => {
      const waits = isSlow && execution.context.readOnly && execution.consistency === undefined
      const answer = await inner.run(execution)
      if (waits) await new Promise<void>(go => gates.push(go))
      return answer
    }),
  })
  await expect.poll(() => from(node, '/things?id=eq.1')).toBe('l1')
  isSlow = true
  const early = node.get('/things?id=eq.2')
  await expect.poll(() => gates.length).toBe(1)
  const [row] = await database.query<{ xid: string }>(
    `update things set note = 'deux' where id = 2 returning pg_current_xact_id()::text as xid`,
  )
  const joining = node.get('/things?id=eq.2', { headers: tokenOf(BigInt(row?.xid ?? 0)) })
  await new Promise(resolve => setImmediate(resolve))
  gates.forEach(go => go())
  expect((await joining).body).toContain('deux')
  expect((await early).body).toContain('two')
  expect(node.executor.hedges()).toEqual({ asked: 3, won: 1 })
})

test('a limit of the cache ends a read that takes longer, in the database too', async () => {
  let ended = 0
  let isStuck = false
  const node = await started({
    rules: { hardTimeoutMs: 100 },
    around: before(async (execution, inner) => {
      if (!isStuck) return inner.run(execution)
      while (execution.signal?.aborted !== true) await new Promise(go => setTimeout(go, 5))
      ended++
      throw new CancelledError()
    }),
  })
  await expect.poll(() => from(node, '/things?id=eq.1')).toBe('l1')
  isStuck = true
  await expect(node.get('/things?id=eq.3')).rejects.toMatchObject({ code: 'ST640' })
  await expect.poll(() => ended).toBe(1)
})

test('an answer that does not tell what it was read from is not kept', async () => {
  const node = await started({
    around: before(async (execution, inner) => ({
      ...(await inner.run(execution)),
      snapshot: undefined,
    })),
  })
  for (let times = 0; times < 2; times++) {
    expect((await node.get('/things')).cached).toMatchObject({ from: 'loaded', isStored: false })
  }
})

test('a question about the time of asking is asked every time', async () => {
  const node = await started()
  expect((await node.get('/things?at=lt.now')).cached).toMatchObject({
    ...{ from: 'bypass', why: 'asking-time' },
  })
  expect((await node.get('/things?at=lt.2100-01-01T00:00:00Z')).cached?.from).not.toBe('bypass')
})

test('when the cache has been closed, what is under way is read without it', async () => {
  const node = await started()
  await node.cache.close()
  const answer = await node.get('/things?id=eq.1')
  expect(answer).toMatchObject({ rows: 1, node: 'primary' })
  expect(answer.cached).toBeUndefined()
})

test('what the program itself says is old is old', async () => {
  const node = await started()
  const warm = () => expect.poll(() => from(node, '/things?id=eq.1')).toBe('l1')
  await warm()
  const key = (await node.get('/things?id=eq.1')).cached?.key ?? ''
  await node.cache.delete(key)
  expect(await from(node, '/things?id=eq.1')).toBe('loaded')
  await warm()
  const { relations } = (await node.execution('/things?id=eq.1')).caching?.cacheability as {
    relations: readonly number[]
  }
  await node.cache.invalidate(String(relations[0]), ['["1"]'])
  expect(await from(node, '/things?id=eq.1')).toBe('loaded')
})
