import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatConsistencyToken } from '../../src/capabilities/replicas/index.ts'
import type { TestDatabase } from '../support/database.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { type CachedNode, startNode } from './cached-node.ts'

let database: TestDatabase
let proxy: FaultProxy
let node: CachedNode

beforeAll(async () => {
  database = await createJournaledDatabase(`
    create table things (id int primary key, note text);
    insert into things values (1, 'one'), (2, 'two'), (3, 'three');
    grant all on things to anon;
  `)
  const { hostname: host, port } = new URL(database.url)
  proxy = await startFaultProxy({ host, port: Number(port) })
})
afterAll(async () => {
  await node.stop()
  await proxy.stop()
  await database.drop()
})

const from = async (url: string) => (await node.get(url)).cached?.from
const tokenOf = (xid: bigint) =>
  formatConsistencyToken({ systemId: '1', timeline: 1, lsn: 1n, xid })

test('what is kept is answered for its time while the database is away, marked, and never where it is not enough', async () => {
  node = await startNode({ url: proxy.urlFor(database.authenticatorUrl), followLagMsMax: 300 })
  await expect.poll(() => from('/things?id=eq.1')).toBe('l1')
  await expect.poll(() => from('/things?id=eq.2')).toBe('l1')
  const [row] = await database.query<{ xid: string }>('select pg_current_xact_id()::text as xid')
  const kept = (await node.get('/things?id=eq.1')).cached?.kept
  await node.write(`update things set note = 'second' where id = 2`) // Old here, and not read again.
  await proxy.refuse()
  proxy.reset()
  await expect.poll(() => node.follower.state).toBe('failing')

  const stale = await node.get('/things?id=eq.1')
  expect(stale).toMatchObject({ rows: 1, cached: { from: 'stale', why: 'error', kept } })
  expect(stale.cached?.ttlMs).toBeLessThanOrEqual(0)
  expect(stale.cached?.key).toBeUndefined()
  expect((await node.get('/things?id=eq.2')).body).toContain('two')
  await expect(node.get('/things?id=eq.3')).rejects.toMatchObject({ code: 'PGRST000' })

  const only = { headers: { 'cache-control': 'only-if-cached' } }
  expect(await node.get('/things?id=eq.1', only)).toMatchObject({ cached: { from: 'stale' } })
  await expect(node.get('/things?id=eq.3', only)).rejects.toMatchObject({ code: 'ST641' })

  const asking = (xid: bigint) => ({ headers: { 's-tier-consistency': tokenOf(xid) } })
  const xmin = kept?.snapshot.xmin ?? 0n
  expect(await node.get('/things?id=eq.1', asking(xmin - 1n))).toMatchObject({
    cached: { from: 'stale' },
  })
  await expect(node.get('/things?id=eq.1', asking(BigInt(row?.xid ?? 0)))).rejects.toMatchObject({
    code: 'PGRST000',
  })
  const newer = { headers: { prefer: 'max-staleness=3600' } }
  await expect(node.get('/things?id=eq.1', newer)).rejects.toMatchObject({ code: 'PGRST000' })

  await proxy.heal()
  await expect.poll(() => node.follower.state).toBe('following')
  await expect.poll(async () => (await node.get('/things?id=eq.2')).body).toContain('second')
  await expect.poll(() => from('/things?id=eq.1')).toBe('l1')
  expect(node.executor.report().bypasses['not-following']).toBeGreaterThan(0)
  await node.stop()
})

test('changes of the time when nobody listened are heard before anything kept is answered again', async () => {
  node = await startNode({ url: proxy.urlFor(database.authenticatorUrl), followLagMsMax: 300 })
  await expect.poll(() => from('/things?id=eq.1')).toBe('l1')
  await proxy.refuse()
  proxy.reset()
  await database.query(`update things set note = 'meanwhile' where id = 1`)
  await expect.poll(() => node.follower.state).toBe('failing')
  await proxy.heal()
  for (;;) {
    const answer = await node.get('/things?id=eq.1').catch(() => undefined)
    if (answer?.cached?.from === 'l1' || answer?.cached?.from === 'loaded') {
      expect(answer.body).toContain('meanwhile')
    }
    if (answer?.cached?.from === 'l1') break
  }
  await node.stop()
})

test('without a time for it, an outage is an outage', async () => {
  const rules = { staleIfErrorMs: 0 }
  node = await startNode({
    url: proxy.urlFor(database.authenticatorUrl),
    followLagMsMax: 300,
    rules,
  })
  await expect.poll(() => from('/things?id=eq.1')).toBe('l1')
  await proxy.refuse()
  proxy.reset()
  await expect.poll(() => node.follower.state).toBe('failing')
  await expect(node.get('/things?id=eq.1')).rejects.toMatchObject({ code: 'PGRST000' })
  await proxy.heal()
  await expect.poll(() => node.follower.state).toBe('following')
})
