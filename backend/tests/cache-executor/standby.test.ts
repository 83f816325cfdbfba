import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool, parseTarget, type Pool } from '../../src/capabilities/pool/index.ts'
import { alwaysTo, createExecutor } from '../../src/query/executor/index.ts'
import { journaling, withSession } from '../support/journaling.ts'
import { type ReplicatedCluster, startReplicated } from '../support/replicated.ts'
import { type CachedNode, startNode } from './cached-node.ts'

let cluster: ReplicatedCluster
let standbyPool: Pool
let node: CachedNode

/** Reads go to the standby, and all else to the primary. */
beforeAll(async () => {
  cluster = await startReplicated({ standbys: 1 })
  const { primary } = cluster
  await primary.query(`create table things (id int primary key, note text)`)
  await primary.query(`insert into things values (1, 'old'), (2, 'two')`)
  await primary.query(`grant all on things to anon`)
  await journaling(primary.url, { schemas: 'all', logins: ['authenticator'] })
  const [standby] = cluster.standbys
  await standby?.caughtUp(await primary.lsn())
  standbyPool = createPool({ target: parseTarget(standby?.authenticatorUrl ?? ''), sizeMax: 4 })
  const reader = createExecutor(alwaysTo({ name: 'standby', pool: standbyPool }))
  node = await startNode({
    url: primary.authenticatorUrl,
    around: inner => ({
      hedges: inner.hedges,
      run: execution => (execution.context.readOnly ? reader : inner).run(execution),
    }),
  })
})
afterAll(async () => {
  await node.stop()
  await standbyPool.end(1_000)
  await cluster.stop()
})

test('what a standby answers that lags is given, and not kept, until the standby has what was told', async () => {
  const from = async () => (await node.get('/things?id=eq.1')).cached?.from
  await expect.poll(from).toBe('l1')
  const [standby] = cluster.standbys
  await standby?.pauseReplay()
  await node.write(`update things set note = 'new' where id = 1`)
  for (let times = 0; times < 3; times++) {
    const answer = await node.get('/things?id=eq.1')
    expect(answer).toMatchObject({ node: 'standby', cached: { from: 'loaded', isStored: false } })
  }
  await standby?.resumeReplay()
  await expect.poll(from).toBe('l1')
  expect((await node.get('/things?id=eq.1')).body).toContain('new')
})

test('a transaction that is open on the primary is not taken for one that a standby shows', async () => {
  const [standby] = cluster.standbys
  const { primary } = cluster
  await node.write(`update things set note = 'three' where id = 2`)
  await withSession(primary.url, async session => {
    await session.query(`begin; update things set note = 'open' where id = 2`)
    await primary.query('create table later ()') // A later transaction, which the standby shows.
    await standby?.caughtUp(await primary.lsn())
    await expect.poll(async () => (await node.get('/things?id=eq.2')).cached?.from).toBe('l1')
    expect((await node.get('/things?id=eq.2')).body).toContain('three')
    await session.query('commit')
  })
  const note = async () => (await node.get('/things?id=eq.2')).body
  await expect.poll(note).toContain('open')
})
