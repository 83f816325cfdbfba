import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import pg from 'pg'
import { type ReplicatedCluster, startReplicated } from '../../../tests/support/replicated.ts'
import { systemClock } from '../../base/index.ts'
import { parseConsistencyToken } from './consistency-token.ts'
import { parseLsn } from './lsn.ts'
import { createNodeSource, type NodeSource, type Queryable } from './node-source.ts'
import { BARE_NODE_QUESTION, END_OF_LOG, NODE_QUESTION, nodeAnswerOf } from './question.ts'
import { createReplicas, type Replicas } from './replicas.ts'

let cluster: ReplicatedCluster
beforeAll(async () => {
  cluster = await startReplicated()
  await cluster.primary.query('create table t (id serial primary key)')
  await cluster.primary.query(
    'grant all on t to authenticator; grant usage on sequence t_id_seq to authenticator',
  )
})
afterAll(() => cluster.stop())

const running: Replicas[] = []
afterEach(async () => {
  for (const replicas of running.splice(0)) await replicas.stop()
})

/** One connection, opened when it is needed and again when it was lost. */
function connectionTo(url: string): Queryable & { renew(): void } {
  let opening: Promise<pg.Client> | undefined
  const drop = () => {
    void opening?.then(client => client.end()).catch(() => undefined)
    opening = undefined
  }
  const open = async () => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 })
    client.on('error', drop)
    await client.connect()
    return client
  }
  return {
    async query(text) {
      opening ??= open()
      const client = await opening.catch((error: unknown) => {
        opening = undefined
        throw error
      })
      return (await client.query<Record<string, unknown>>(text)).rows
    },
    renew: drop,
  }
}

function sourceOf(name: string, url: string): NodeSource {
  const database = connectionTo(url)
  const renew = () => database.renew()
  return createNodeSource({ name, database, renew, close: async () => renew() })
}

/** Watches the cluster as a role without any rights but to log in. */
async function watch(): Promise<Replicas> {
  const nodes = cluster.nodes.map(({ name, authenticatorUrl }) => sourceOf(name, authenticatorUrl))
  const replicas = createReplicas({ nodes, clock: systemClock })
  running.push(replicas)
  await replicas.start()
  return replicas
}

const becomes = <T>(what: () => T) => expect.poll(what, { timeout: 20_000, interval: 10 })

test('nodes say what they are, to any role', async () => {
  const { primary, standbys } = cluster
  await Promise.all(standbys.map(async node => node.caughtUp(await primary.lsn())))
  for (const kind of ['url', 'authenticatorUrl'] as const) {
    const sources = [primary, ...standbys].map(node => sourceOf(node.name, node[kind]))
    const [first, second, third] = await Promise.all(sources.map(source => source.ask()))
    expect(first).toMatchObject({
      ...{ timeline: 1, isTimelineSure: true, isStandby: false, isReadOnly: false },
      ...{ isReplayPaused: false, connectionsMax: 200, receivedLsn: undefined },
    })
    expect(first!.systemId).toMatch(/^\d{15,}$/)
    expect(first!.versionNumber).toBeGreaterThanOrEqual(130_000)
    expect(second).toMatchObject({ isStandby: true, timeline: 1, systemId: first!.systemId })
    expect(second!.isTimelineSure).toBe(kind === 'url')
    expect(second!.committedAt).toBeGreaterThan(Date.now() - 3_600_000)
    expect(new Set([first, second, third].map(node => node!.startedAt)).size).toBe(3)
    for (const source of sources) await source.close()
  }
})

test('where the control file may not be read, they say the rest', async () => {
  const [standby] = cluster.standbys
  const [row] = await standby!.query(BARE_NODE_QUESTION)
  expect(nodeAnswerOf(row!)).toMatchObject({ systemId: '0', timeline: 1, isStandby: true })
  let asked = 0
  const source = createNodeSource({
    name: 'guarded',
    database: {
      async query(text) {
        asked++
        if (text !== NODE_QUESTION) return cluster.primary.query(text)
        throw Object.assign(new Error('permission denied'), { code: '42501' })
      },
    },
  })
  expect(await source.ask()).toMatchObject({ systemId: '0', timeline: 1, isStandby: false })
  await source.ask()
  expect(asked).toBe(3)
  const broken = createNodeSource({
    name: 'broken',
    database: { query: () => Promise.reject(new Error('gone')) },
  })
  await expect(broken.ask()).rejects.toThrow('gone')
})

test('the end of the log is one that standbys reach, also behind the last page', async () => {
  const { primary, standbys } = cluster
  const source = sourceOf('standby', standbys[0]!.authenticatorUrl)
  await primary.query('select pg_switch_wal()')
  const [row] = await primary.query<{ lsn: string; raw: string }>(
    `select ${END_OF_LOG}::text as lsn, pg_current_wal_insert_lsn()::text as raw`,
  )
  await becomes(() => source.replayed()).toBeGreaterThanOrEqual(parseLsn(row!.lsn)!)
  // While a page is begun, both are the same.
  await primary.query('insert into t default values')
  const [next] = await primary.query<{ same: boolean }>(
    `select ${END_OF_LOG} = pg_current_wal_insert_lsn() as same`,
  )
  expect(next!.same).toBe(true)
  await source.close()
})

test('a read after a write goes to a replica and sees it, or to the primary', async () => {
  const replicas = await watch()
  const clients = cluster.nodes.map(node => new pg.Client(node.authenticatorUrl))
  for (const client of clients) await client.connect()
  let onReplicas = 0
  for (let round = 0; round < 300; round++) {
    const inserted = await clients[0]!.query<{ id: number }>(
      'insert into t default values returning id',
    )
    const { rows } = await clients[0]!.query<{ lsn: string }>(`select ${END_OF_LOG}::text as lsn`)
    const token = parseConsistencyToken(replicas.token(0, rows[0]!.lsn)!)
    expect(token).toBeDefined()
    const node = await replicas.read({ token })
    if (node !== 0) onReplicas++
    const id = inserted.rows[0]!.id
    const seen = await clients[node!]!.query('select from t where id = $1', [id])
    expect(seen.rowCount).toBe(1)
  }
  expect(onReplicas).toBeGreaterThan(0)
  for (const client of clients) await client.end()
})

test('a replica whose replay is paused is ejected, and its writes are waited for elsewhere', async () => {
  const replicas = await watch()
  const [one, other] = cluster.standbys as [
    (typeof cluster.standbys)[0],
    (typeof cluster.standbys)[0],
  ]
  await one.pauseReplay()
  await becomes(() => replicas.status()[1]!.ejection).toBe('replay-paused')
  expect(replicas.read({})).toBe(2)
  await cluster.primary.query('insert into t default values')
  await other.caughtUp(await cluster.primary.lsn())
  await one.resumeReplay()
  await becomes(() => replicas.status()[1]!.ejection).toBeUndefined()
})

test('max-staleness is met by replicas of a quiet primary', async () => {
  const replicas = await watch()
  await replicas.read({ maxStalenessMs: 500 }) // From now on the nodes are asked more often.
  await becomes(() => replicas.read({ maxStalenessMs: 500 })).not.toBe(0)
})

test('a frozen replica is found out, and taken back', async () => {
  const replicas = await watch()
  cluster.standbys[1]!.freeze()
  try {
    await becomes(() => replicas.status()[2]).toMatchObject({ isUp: false, isFrozen: true })
    expect(replicas.read({})).toBe(1)
  } finally {
    cluster.standbys[1]!.thaw()
  }
  await becomes(() => replicas.status()[2]).toMatchObject({ isUp: true, ejection: undefined })
})

test('the primary is killed and a standby promoted; the old one comes back, twice', async () => {
  const replicas = await watch()
  const { nodes, primary } = cluster
  const [, second, third] = nodes
  await primary.kill()
  replicas.suspect(0, 'lost')
  const waiting = replicas.whenPrimary(systemClock.now() + 20_000)
  await becomes(() => replicas.isUp(0)).toBe(false)
  expect(replicas.read({})).not.toBe(0)
  await second!.promote()
  expect(await waiting).toBe(1)
  await third!.follow(second!)
  await becomes(() => replicas.status()[2]!.ejection).toBeUndefined()
  // As a second primary: it is kept out.
  await primary.start()
  await becomes(() => replicas.status()[0]!.ejection).toBe('fenced')
  expect(replicas.write()).toBe(1)
  await cluster.reclone(primary, second!)
  await becomes(() => replicas.status()[0]).toMatchObject({ role: 'standby', ejection: undefined })
  const [{ lsn } = { lsn: '' }] = await second!.query<{ lsn: string }>(
    `select ${END_OF_LOG}::text as lsn`,
  )
  expect(replicas.token(1, lsn)).toMatch(/^[0-9a-f]+:2:[0-9a-f]+$/)
  expect(
    await replicas.read({ token: parseConsistencyToken(replicas.token(1, lsn)!) }),
  ).toBeDefined()
})
