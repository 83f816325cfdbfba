import { expect, onTestFinished, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { startRedis } from '../support/redis.ts'
import { type ReplicatedNode, startReplicated } from '../support/replicated.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { startTraffic, tally, type Traffic } from '../support/traffic.ts'
import { serveCluster } from './served-cluster.ts'

/** Machines may be busy; but nobody is to wait for the minute that a breaker rests. */
const PATIENCE = { timeout: 20_000 }

/** A server that reaches its only node over a network of its own. */
async function alone(flags: Readonly<Record<string, string>> = {}) {
  const database = await createDatabase(`
    create table mark (name text);
    create function nap(seconds float) returns int language sql stable as 'select 1 from (select pg_sleep(seconds)) as nap';
    grant select, insert on mark to anon;
  `)
  onTestFinished(() => database.drop())
  const network = await networkTo(database.authenticatorUrl)
  const server = await startServer(network.urlFor(database.authenticatorUrl), flags)
  onTestFinished(() => server.stop())
  return { database, network, server }
}

async function networkTo(url: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(url)
  const network = await startFaultProxy({ host: hostname, port: Number(port) })
  onTestFinished(() => network.stop())
  return network
}

/** More clients than failures that open a breaker: half of them write, half call something that takes a moment. */
function busy({ address }: TestServer): Traffic {
  const traffic = startTraffic({
    address,
    clients: 20,
    forMs: 60_000,
    pauseMs: 2,
    turn: (client, turn) =>
      client.number % 2 === 0
        ? client.post('/mark', { name: `${client.number}-${turn}` })
        : client.post('/rpc/nap', { seconds: 0.05 }),
  })
  onTestFinished(() => void traffic.stop())
  return traffic
}

const served = ({ log }: Traffic) => log.filter(({ status }) => status < 300).length

async function goesOn(traffic: Traffic): Promise<void> {
  const before = served(traffic)
  await expect.poll(() => served(traffic), PATIENCE).toBeGreaterThan(before + 50)
}

/** What clients may hear while the database cannot be reached. */
const OUTAGE = /^(20[01]|503 (PGRST00[01]|ST50[1245]))$/
const surprises = ({ log }: Traffic) =>
  Object.keys(tally(log)).filter(outcome => !OUTAGE.test(outcome))

const openings = ({ events }: TestServer) =>
  events.filter(event => event.kind === 'breaker.changed' && event.to === 'open').length

test('a node that loses all its connections at once, and is there all the time, is used again at once', async () => {
  const { database, network, server } = await alone()
  const napping = Array.from({ length: 10 }, () => fetch(`${server.address}/rpc/nap?seconds=5`))
  const running = `select from pg_stat_activity where query like '%nap%' and state = 'active'
    and datname = current_database() and pid <> pg_backend_pid()`
  await expect.poll(async () => (await database.query(running)).length, PATIENCE).toBe(10)
  network.reset()
  await Promise.allSettled(napping)
  expect(openings(server)).toBeGreaterThan(0)
  const traffic = busy(server)
  await goesOn(traffic)
  await traffic.stop()
  expect(server.events.some(({ kind }) => kind === 'replicas.unreachable')).toBe(false)
  expect(surprises(traffic)).toEqual([])
})

test('a node that refuses connections for a while is used again when it takes them', async () => {
  const { network, server } = await alone()
  const traffic = busy(server)
  await goesOn(traffic)
  await network.refuse()
  network.reset()
  const isNoticed = () => server.events.some(({ kind }) => kind === 'replicas.unreachable')
  await expect.poll(isNoticed, PATIENCE).toBe(true)
  await network.accept()
  await goesOn(traffic)
  await traffic.stop()
  expect(surprises(traffic)).toEqual([])
})

test('a node that vanishes without a word leaves nobody hanging, and is used again when it is back', async () => {
  const { network, server } = await alone()
  const traffic = busy(server)
  await goesOn(traffic)
  network.halfOpen()
  const isNoticed = () => server.events.some(({ kind }) => kind === 'replicas.unreachable')
  await expect.poll(isNoticed, PATIENCE).toBe(true)
  await network.heal()
  await goesOn(traffic)
  await traffic.stop()
  expect(surprises(traffic)).toEqual([])
})

test('when all nodes were down and are back, everything is served again', async () => {
  const flags = { '--replicas-primary-wait-ms': '500' }
  const { cluster, server, read, write } = await serveCluster({ standbys: 1 }, flags)
  await write('before')
  await Promise.all(cluster.nodes.map(node => node.kill()))
  const refusals = await Promise.all(Array.from({ length: 20 }, () => read('before')))
  expect(refusals.every(({ status }) => status === 503)).toBe(true)
  for (const node of cluster.nodes) await node.start()
  await expect.poll(async () => (await write('after')).status, PATIENCE).toBe(201)
  await expect.poll(async () => (await read('after')).status, PATIENCE).toBe(200)
  expect((await server.get('/ready')).status).toBe(200)
})

const URLS = (nodes: readonly ReplicatedNode[]) =>
  nodes.map(({ authenticatorUrl }) => authenticatorUrl)

test('writes that waited while the primary was frozen are all answered when it goes on', async () => {
  const { cluster, server, read, write } = await serveCluster({ standbys: 1 })
  await write('before')
  cluster.primary.freeze()
  const isNoticed = () => server.events.some(({ kind }) => kind === 'replicas.unreachable')
  await expect.poll(isNoticed, PATIENCE).toBe(true)
  const waiting = Promise.all(Array.from({ length: 20 }, () => write('meanwhile')))
  await read('before') // By now they have come.
  cluster.primary.thaw()
  expect((await waiting).filter(({ status }) => status !== 201)).toEqual([])
})

test('a server starts while a replica is down, and uses it when it is up', async () => {
  const cluster = await startReplicated({ standbys: 1 })
  onTestFinished(() => cluster.stop())
  const [standby] = cluster.standbys as [ReplicatedNode]
  await standby.kill()
  const [first = '', ...others] = URLS(cluster.nodes)
  const server = await startServer(first, { '--database-replicas': others.join(',') })
  onTestFinished(() => server.stop())
  await standby.start()
  const roles = async () => (JSON.parse((await server.get('/metrics/pool')).body) as Report).nodes
  await expect.poll(roles, PATIENCE).toMatchObject([{ role: 'primary' }, { role: 'standby' }])
})

interface Report {
  readonly nodes: readonly { readonly role: string }[]
}

test('a server starts while the primary is down, answers reads, and writes when it is back', async () => {
  const cluster = await startReplicated({ standbys: 1 })
  onTestFinished(() => cluster.stop())
  await cluster.primary.query('create table mark (name text)')
  await cluster.primary.query('grant select, insert on mark to anon')
  await cluster.standbys[0]?.caughtUp(await cluster.primary.lsn())
  await cluster.primary.kill()
  const [first = '', ...others] = URLS(cluster.nodes)
  const server = await startServer(first, { '--database-replicas': others.join(',') })
  onTestFinished(() => server.stop())
  expect((await server.get('/mark')).status).toBe(200)
  await cluster.primary.start()
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
  await expect.poll(async () => (await server.get('/mark', post)).status, PATIENCE).toBe(201)
})

test('a host that is gone without a word does not hold up the start', async () => {
  const cluster = await startReplicated({ standbys: 1 })
  onTestFinished(() => cluster.stop())
  const [first = '', second = ''] = URLS(cluster.nodes)
  const network = await networkTo(second)
  network.halfOpen()
  const server = await startServer(first, {
    '--database-replicas': network.urlFor(second),
    '--pool-connect-timeout-ms': '600000',
  })
  await server.stop()
})

test('a server stops while requests wait for a primary', async () => {
  const flags = { '--replicas-primary-wait-ms': '60000', '--http-drain-ms': '200' }
  const { cluster, server, write } = await serveCluster({ standbys: 1 }, flags)
  await cluster.primary.kill()
  const waiting = Promise.allSettled(Array.from({ length: 5 }, () => write('late')))
  await expect
    .poll(() => server.events.some(({ kind }) => kind === 'replicas.unreachable'), PATIENCE)
    .toBe(true)
  await server.stop()
  await waiting
})

test('a configuration is read again from a replica while there is no primary', async () => {
  const { cluster, server } = await serveCluster({ standbys: 1 })
  await cluster.primary.kill()
  await expect
    .poll(() => server.events.some(({ kind }) => kind === 'replicas.unreachable'), PATIENCE)
    .toBe(true)
  expect(await server.server.reload()).toBe(true)
})

test('notifications are heard from the node that was promoted, although the old primary lives on', async () => {
  const { cluster, server } = await serveCluster({ standbys: 1 })
  const [standby] = cluster.standbys as [ReplicatedNode]
  await standby.promote()
  const connects = () => server.events.filter(({ kind }) => kind === 'listener.connected').length
  await expect.poll(connects, PATIENCE).toBe(2)
  await standby.query('create table made_later (id int)')
  await standby.query('grant select on made_later to anon')
  await standby.query(`notify pgrst, 'reload schema'`)
  await expect.poll(async () => (await server.get('/made_later')).status, PATIENCE).toBe(200)
})

test('a frozen Redis, which divides the connections and shares the breakers, holds up no request', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const { network, server } = await alone({
    '--redis-url': redis.url,
    '--database-breakers-shared': 'true',
  })
  const traffic = busy(server)
  await goesOn(traffic)
  redis.freeze()
  const isNoticed = () => server.events.some(({ kind }) => kind === 'budget.lost')
  await expect.poll(isNoticed, PATIENCE).toBe(true)
  expect(server.events).toContainEqual(
    expect.objectContaining({ kind: 'budget.lost', node: `127.0.0.1:${network.port}` }),
  )
  await goesOn(traffic)
  redis.thaw()
  await expect
    .poll(() => server.events.some(({ kind }) => kind === 'budget.regained'), PATIENCE)
    .toBe(true)
  await traffic.stop()
  expect(Object.keys(tally(traffic.log)).toSorted()).toEqual(['200', '201'])
})

test('a server starts, serves and stops while Redis is frozen', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  redis.freeze()
  const { server } = await alone({ '--redis-url': redis.url, '--database-breakers-shared': 'true' })
  expect((await server.get('/mark')).status).toBe(200)
  await server.stop()
})
