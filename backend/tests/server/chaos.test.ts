import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { send } from '../support/http-client.ts'
import { type ReplicatedCluster, startReplicated } from '../support/replicated.ts'
import { startServer, type TestServer } from '../support/server.ts'

// Faults on purpose, and what clients see of them.

const token = 'a-token-of-chaos'
const headers = { authorization: `Bearer ${token}` }
const CHAOS = { '--chaos-enabled': 'true', '--chaos-token': token }
const SCHEMA = `create table notes (id int); grant select, insert on notes to anon`

let database: TestDatabase
let cluster: ReplicatedCluster
beforeAll(async () => {
  database = await createDatabase(SCHEMA)
  cluster = await startReplicated({ standbys: 1 })
  await cluster.primary.query(SCHEMA)
  const lsn = await cluster.primary.lsn()
  await Promise.all(cluster.standbys.map(standby => standby.caughtUp(lsn)))
})
afterAll(async () => {
  await cluster.stop()
  await database.drop()
})

async function serve(flags: Readonly<Record<string, string>> = CHAOS, url?: string) {
  const server = await startServer(url ?? database.authenticatorUrl, {
    '--pool-size-min': '1',
    ...flags,
  })
  onTestFinished(server.stop)
  return server
}

const nodeOf = (url: string) => new URL(url).host

async function begin(server: TestServer, experiment: object): Promise<string> {
  const body = JSON.stringify({ forMs: '5min', ...experiment })
  const begun = await server.get('/chaos', { method: 'POST', headers, body })
  expect(begun.status).toBe(201)
  return (JSON.parse(begun.body) as { id: string }).id
}

interface Circuits {
  readonly circuits: readonly { readonly name: string; readonly openings: number }[]
  readonly chaos: {
    readonly isEnabled: boolean
    readonly experiments: readonly { readonly hits: number }[]
  }
}

async function circuits(server: TestServer): Promise<Circuits> {
  return JSON.parse((await server.get('/metrics/circuits')).body) as Circuits
}

const hits = async (server: TestServer) => (await circuits(server)).chaos.experiments[0]?.hits

test('while a replica fails, every read is answered, and its breaker has opened', async () => {
  const [standby] = cluster.standbys
  const replica = standby?.authenticatorUrl ?? ''
  const flags = { ...CHAOS, '--database-replicas': replica }
  const server = await serve(flags, cluster.primary.authenticatorUrl)
  const id = await begin(server, { target: nodeOf(replica), fault: 'error' })
  const statuses = new Set<number>()
  const openings = async () => {
    for (let count = 0; count < 50; count++) statuses.add((await server.get('/notes')).status)
    const { circuits: breakers } = await circuits(server)
    return breakers.find(({ name }) => name === nodeOf(replica))?.openings
  }
  await expect.poll(openings).toBeGreaterThanOrEqual(1)
  expect(statuses).toEqual(new Set([200]))
  const { chaos } = await circuits(server)
  expect(chaos).toMatchObject({ isEnabled: true, experiments: [{ id }] })
  expect(chaos.experiments[0]?.hits).toBeGreaterThanOrEqual(5)
  const written = await server.get('/notes', { method: 'POST', body: '{"id":1}' })
  expect(written.status).toBe(201)
  expect((await server.get(`/chaos/${id}`, { method: 'DELETE', headers })).status).toBe(204)
  expect((await circuits(server)).chaos.experiments).toEqual([])
  expect(server.events.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['breaker.chaos-began', 'breaker.chaos-ended']),
  )
})

test('the only node fails as one that cannot be reached', async () => {
  const server = await serve()
  await begin(server, { target: '*', fault: 'error' })
  const { status, headers: told, body } = await server.get('/notes')
  expect({ status, code: JSON.parse(body).code }).toEqual({ status: 503, code: 'PGRST000' })
  expect(told['retry-after']).toBe('1')
  await server.get('/chaos', { method: 'DELETE', headers })
  expect((await server.get('/notes')).status).toBe(200)
})

test('the only node freezes, and goes on by itself', async () => {
  const server = await serve()
  await begin(server, { target: '*', fault: 'freeze', forMs: 300 })
  expect((await server.get('/notes')).status).toBe(200)
  const began = server.events.findIndex(({ kind }) => kind === 'breaker.chaos-began')
  const ended = server.events.findIndex(({ kind }) => kind === 'breaker.chaos-ended')
  expect(began).toBeGreaterThanOrEqual(0)
  expect(ended).toBeGreaterThan(began)
  expect((await circuits(server)).chaos.experiments).toEqual([])
})

test('who waits for a frozen node waits no longer than its deadline, and that counts against the node', async () => {
  const server = await serve({ ...CHAOS, '--database-deadline-ms': '50' })
  await begin(server, { target: '*', fault: 'freeze' })
  const codes: unknown[] = []
  for (let count = 0; count < 5; count++) {
    codes.push(JSON.parse((await server.get('/notes')).body).code)
  }
  expect(codes).toEqual(['ST514', 'ST514', 'ST514', 'ST514', 'ST514'])
  const [breaker] = (await circuits(server)).circuits
  expect(breaker?.openings).toBeGreaterThanOrEqual(1)
})

test('a client that goes away does not count', async () => {
  const server = await serve()
  await begin(server, { target: '*', fault: 'freeze' })
  const leaving = new AbortController()
  const left = server.get('/notes', { signal: leaving.signal })
  await expect.poll(() => hits(server)).toBe(1)
  leaving.abort()
  await expect(left).rejects.toThrow()
  const running = async () => (await circuits(server)).circuits[0]
  await expect.poll(running).toMatchObject({ running: 0, failuresInARow: 0 })
})

test('latency is seen in the time of the transaction', async () => {
  const server = await serve({ ...CHAOS, '--http-server-timing': 'true' })
  const node = nodeOf(database.authenticatorUrl)
  await begin(server, { target: node, fault: { kind: 'latency', latencyMs: 100 } })
  const { status, headers: told } = await server.get('/notes')
  const [, ms] = /transaction;dur=([\d.]+)/.exec(String(told['server-timing'])) ?? []
  expect(status).toBe(200)
  expect(Number(ms)).toBeGreaterThanOrEqual(99) // A timer counts in whole milliseconds.
})

test('a server that stops does not wait for what is frozen', async () => {
  const server = await serve({ ...CHAOS, '--http-drain-ms': '1h' })
  await begin(server, { target: '*', fault: 'freeze', forMs: '1h' })
  const frozen = server.get('/notes')
  await expect.poll(() => hits(server)).toBe(1)
  await server.stop()
  expect((await frozen).status).toBe(200)
})

test('without the token nothing begins', async () => {
  const server = await serve()
  const body = JSON.stringify({ target: '*', fault: 'error', forMs: 60_000 })
  const refused = await server.get('/chaos', { method: 'POST', body })
  expect({ status: refused.status, code: JSON.parse(refused.body).code }).toEqual({
    status: 401,
    code: 'ST301',
  })
  expect((await server.get('/notes')).status).toBe(200)
})

test('where it is not enabled there is nothing, with a token or without', async () => {
  for (const flags of [{}, { '--chaos-token': token }]) {
    const server = await serve({ ...flags, '--rest-prefix': '/rest/v1' })
    for (const method of ['GET', 'POST', 'DELETE']) {
      expect((await server.get('/chaos', { method, headers })).status).toBe(404)
    }
    expect((await circuits(server)).chaos).toEqual({ isEnabled: false, experiments: [] })
  }
})

test('with an admin port it is there, and not beside the API', async () => {
  const server = await serve({ ...CHAOS, '--http-admin-port': '0' })
  const { adminAddress = '' } = server.server
  const told = await send(adminAddress, { method: 'GET', headers, target: '/chaos' })
  expect(JSON.parse(told.body)).toMatchObject({
    isEnabled: true,
    targets: [nodeOf(database.authenticatorUrl)],
  })
  expect((await server.get('/chaos')).status).toBe(404)
})

test('a relation of its name is hidden by it where both are at the root, which is told', async () => {
  const own = await createDatabase('create table chaos (id int); grant select on chaos to anon')
  onTestFinished(() => own.drop())
  const server = await serve(CHAOS, own.authenticatorUrl)
  expect(server.events).toContainEqual({
    kind: 'catalog.doubt',
    message: expect.stringContaining(`'public.chaos'`),
  })
  const without = await serve({}, own.authenticatorUrl)
  expect((await without.get('/chaos')).body).toBe('[]')
})

test('enabled without a token it does not start', async () => {
  await expect(serve({ '--chaos-enabled': 'true' })).rejects.toMatchObject({ code: 'ST006' })
})
