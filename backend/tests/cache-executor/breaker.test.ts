import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createBreakers } from '../../src/capabilities/breaker/index.ts'
import type { TestDatabase } from '../support/database.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { withSession } from '../support/journaling.ts'
import { type CachedNode, type CachedNodeSetup, startNode } from './cached-node.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createJournaledDatabase(`
    create table things (id int primary key, note text);
    insert into things values (1, 'one'), (2, 'two');
    grant all on things to anon;
  `)
})
afterAll(() => database.drop())

async function started(setup: Partial<CachedNodeSetup>): Promise<CachedNode> {
  const node = await startNode({ url: database.authenticatorUrl, ...setup })
  onTestFinished(() => node.stop())
  return node
}
const [ONE, TWO] = ['/things?id=eq.1', '/things?id=eq.2']
const from = async (node: CachedNode, url: string) => (await node.get(url)).cached?.from

/** Read and kept, if only for a moment. */
const kept = (node: CachedNode) =>
  expect.poll(async () => (await node.get(ONE)).cached?.isStored).toBe(true)

/** What is kept is over, and cannot be read anew: it is given, marked; what was never read is an error. */
async function standsIn(node: CachedNode, code: string): Promise<void> {
  const { follower } = node
  expect(follower.state).toBe('following')
  // Over it is a millisecond later.
  await expect
    .poll(() => node.get(ONE))
    .toMatchObject({
      body: expect.stringContaining('one'),
      cached: { from: 'stale', why: 'error', key: undefined },
    })
  await expect(node.get(TWO)).rejects.toMatchObject({ code })
}

const SHORT = { ttlMs: 1, errorThrottleMs: 0 }

test('behind an open breaker what is over is answered, and read again when it has closed', async () => {
  const breaker = createBreakers().get('primary', { openForMs: 3_000 })
  const node = await started({ breaker, rules: SHORT })
  await kept(node)
  breaker.open('for the test')
  await standsIn(node, 'ST501')
  await expect.poll(() => from(node, ONE)).toBe('loaded')
})

test('while all connections are taken what is over is answered, whether the queue is full or takes too long', async () => {
  const limits = [
    [0, 'ST510'],
    [5, 'PGRST003'],
  ] as const
  for (const [queueMax, code] of limits) {
    const node = await started({
      pool: { sizeMax: 1, queueMax, acquireTimeoutMs: 50 },
      rules: SHORT,
    })
    await kept(node)
    await withSession(database.url, async session => {
      await session.query('begin; select from things where id = 2 for update')
      const taken = node.write('update things set note = note where id = 2')
      const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      await expect.poll(() => session.query(waits)).toHaveLength(1)
      await standsIn(node, code)
      await session.query('commit')
      await taken
    })
  }
})
