import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatConsistencyToken } from '../../src/capabilities/replicas/index.ts'
import type { TestDatabase } from '../support/database.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { type CachedNode, startNode } from './cached-node.ts'

let database: TestDatabase
let node: CachedNode

beforeAll(async () => {
  database = await createJournaledDatabase(`
    create table things (id int primary key, note text);
    insert into things values (1, 'one'), (2, 'two');
    grant all on things to anon;
  `)
  node = await startNode({ url: database.authenticatorUrl })
})
afterAll(async () => {
  await node.stop()
  await database.drop()
})

const from = async (url: string, headers = {}) => (await node.get(url, { headers })).cached?.from
const withXid = (xid: bigint) => ({
  's-tier-consistency': formatConsistencyToken({ systemId: '1', timeline: 1, lsn: 1n, xid }),
})

/** Writes outside, and tells by which transaction. */
async function written(note: string): Promise<bigint> {
  const [row] = await database.query<{ xid: string }>(
    `update things set note = $1 where id = 1 returning pg_current_xact_id()::text as xid`,
    [note],
  )
  return BigInt(row?.xid ?? 0)
}

test('a write somewhere else is in the answer to whoever brings its token, at once', async () => {
  for (let round = 0; round < 30; round++) {
    await expect.poll(() => from('/things?id=eq.1')).toBe('l1')
    const xid = await written(`round ${round}`)
    const answer = await node.get('/things?id=eq.1', { headers: withXid(xid) })
    expect(answer.body).toContain(`round ${round}`)
    expect(await node.get('/things?id=eq.1')).toMatchObject({ body: answer.body })
  }
})

test('what nobody has changed since is answered from what is kept, once the journal has been heard that far', async () => {
  await expect.poll(() => from('/things?id=eq.2')).toBe('l1')
  const reads = node.reads()
  const xid = await written('another row')
  await expect.poll(() => node.follower.horizon > xid).toBe(true)
  expect(await from('/things?id=eq.2', withXid(xid))).toBe('l1')
  expect(node.reads()).toBe(reads)
})

test('what is no token of ours, or of a write to come, is read anew, and kept for the next', async () => {
  await expect.poll(() => from('/things?id=eq.2')).toBe('l1')
  const before = node.executor.report().bypasses.consistency ?? 0
  const strange = await node.get('/things?id=eq.2', { headers: { 's-tier-consistency': 'x' } })
  expect(strange.cached).toMatchObject({ from: 'bypass', why: 'consistency', isStored: true })
  const kept = (await node.get('/things?id=eq.2')).cached?.kept
  expect(kept).toBe(strange.cached?.kept)
  expect(await from('/things?id=eq.2', withXid(2n ** 60n))).toBe('bypass')
  expect(node.executor.report().bypasses.consistency).toBe(before + 2)
})

test('how far behind an answer may be is compared with how lately the journal was heard', async () => {
  await expect.poll(() => from('/things?id=eq.2')).toBe('l1')
  expect(await from('/things?id=eq.2', { prefer: 'max-staleness=60' })).toBe('l1')
  expect(await from('/things?id=eq.2', { prefer: 'max-staleness=0' })).toBe('bypass')
})
