import { expect, onTestFinished, test } from 'vitest'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import {
  type ReplicatedCluster,
  type ReplicatedNode,
  startReplicated,
} from '../support/replicated.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { type Outcome, startTraffic, tally, type Traffic } from '../support/traffic.ts'

/** Machines may be busy. */
const PATIENCE = { timeout: 20_000 }

const FLAGS = {
  '--replicas-check-every-ms': '100',
  '--replicas-recheck-every-ms': '50',
  '--replicas-answer-timeout-ms': '1000',
  '--replicas-primary-wait-ms': '2000',
  '--pool-size-min': '2',
  '--pool-size-max': '10',
}

interface Rig {
  readonly cluster: ReplicatedCluster
  readonly server: TestServer
  /** What stands before each node, in the order of the cluster's. */
  readonly networks: readonly FaultProxy[]
}

/** A server that reaches each node of a primary with one standby over a network of its own. */
async function rig(): Promise<Rig> {
  const cluster = await startReplicated({ standbys: 1, synchronous: false })
  onTestFinished(() => cluster.stop())
  await cluster.primary.query(`
    create table mark (name text);
    grant select, insert on mark to anon`)
  await cluster.standbys[0]?.caughtUp(await cluster.primary.lsn())
  const networks: FaultProxy[] = []
  for (const { port } of cluster.nodes) {
    const network = await startFaultProxy({ host: '127.0.0.1', port })
    onTestFinished(() => network.stop())
    networks.push(network)
  }
  const [first = '', ...others] = cluster.nodes.map(
    ({ authenticatorUrl }, index) => networks[index]?.urlFor(authenticatorUrl) ?? '',
  )
  const server = await startServer(first, { ...FLAGS, '--database-replicas': others.join(',') })
  onTestFinished(() => server.stop())
  return { cluster, server, networks }
}

/** Writers that each insert marks of their own, and readers. */
function busy({ server }: Rig): Traffic {
  const traffic = startTraffic({
    address: server.address,
    clients: 4,
    forMs: 25_000,
    pauseMs: 5,
    turn: (client, turn) =>
      client.number % 2 === 0
        ? client.post('/mark', { name: `${client.number}-${turn}` })
        : client.get('/mark?limit=1'),
  })
  onTestFinished(() => void traffic.stop())
  return traffic
}

const written = (log: readonly Outcome[]) => log.filter(({ status }) => status === 201).length
const reads = (log: readonly Outcome[]) => log.filter(({ method }) => method === 'GET')

async function goesOn(traffic: Traffic): Promise<void> {
  const before = written(traffic.log)
  await expect.poll(() => written(traffic.log), PATIENCE).toBeGreaterThan(before + 10)
}

/** What clients may hear while no node takes writes. */
const OUTAGE = /^(201|200|503 (PGRST00[01]|ST50[0-9]|ST514)|504 (PGRST003|ST514))$/
const surprises = (traffic: Traffic) =>
  Object.keys(tally(traffic.log)).filter(outcome => !OUTAGE.test(outcome))

test('the primary vanishes without a word: nothing hangs, reads go on, writes go to the promoted node', async () => {
  const { cluster, networks, ...rest } = await rig()
  const traffic = busy({ cluster, networks, ...rest })
  await goesOn(traffic)
  networks[0]?.halfOpen()
  const [standby] = cluster.standbys as [ReplicatedNode]
  const [before, since] = [written(traffic.log), traffic.log.length]
  await standby.promote()
  await expect.poll(() => written(traffic.log), PATIENCE).toBeGreaterThan(before + 10)
  await traffic.stop()
  expect(surprises(traffic)).toEqual([])
  expect(reads(traffic.log.slice(since)).some(({ status }) => status === 200)).toBe(true)
})

test('a primary that is started again is used again, without a restart of ours', async () => {
  const { cluster, ...rest } = await rig()
  const traffic = busy({ cluster, ...rest })
  await goesOn(traffic)
  await cluster.primary.stop()
  const failures = () => traffic.log.filter(({ status }) => status >= 500).length
  await expect.poll(failures, PATIENCE).toBeGreaterThan(0)
  await cluster.primary.start()
  await goesOn(traffic)
  await traffic.stop()
  expect(surprises(traffic)).toEqual([])
})

test('connections that break all at once cost at most what was under way', async () => {
  const { networks, ...rest } = await rig()
  const traffic = busy({ networks, ...rest })
  await goesOn(traffic)
  for (const network of networks) network.reset()
  await goesOn(traffic)
  await traffic.stop()
  expect(surprises(traffic)).toEqual([])
})

test('a primary that turns read only is left for one that takes writes', async () => {
  const { cluster, ...rest } = await rig()
  const traffic = busy({ cluster, ...rest })
  await goesOn(traffic)
  await cluster.primary.query('alter system set default_transaction_read_only = on')
  await cluster.primary.query('select pg_reload_conf()')
  const [standby] = cluster.standbys as [ReplicatedNode]
  await standby.promote()
  await goesOn(traffic)
  await traffic.stop()
  const [row] = await standby.query<{ count: number }>('select count(*)::int as count from mark')
  expect(row?.count).toBeGreaterThan(10)
  // Sessions hear of it one after the other: a write may be refused by a node that still says that it takes writes.
  expect(surprises(traffic).filter(outcome => outcome !== '405 25006')).toEqual([])
})
