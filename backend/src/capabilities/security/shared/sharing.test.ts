import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  type RedisConnections,
  startRedisConnections,
} from '../../../../tests/support/redis-connections.ts'
import type { SecurityMonitorEvent } from '../events.ts'
import { createSecurityMonitor, type SecuritySetup } from '../monitor.ts'
import type { SecurityMonitor } from '../monitor-types.ts'
import type { SecurityEvent } from '../types.ts'

let connections: RedisConnections
let server: RedisConnections['server']
const monitors: SecurityMonitor[] = []
beforeAll(async () => {
  connections = await startRedisConnections()
  server = connections.server
})
afterEach(async () => {
  for (const monitor of monitors.splice(0)) await monitor.stop()
  await server.restart()
})
afterAll(() => connections.stop())

interface Node {
  readonly monitor: SecurityMonitor
  readonly events: SecurityMonitorEvent[]
}

async function startNodes(count: number, setup: SecuritySetup = {}): Promise<Node[]> {
  const nodes: Node[] = []
  for (let index = 0; index < count; index++) nodes.push(await startNode(`node-${index}`, setup))
  return nodes
}

async function startNode(node: string, setup: SecuritySetup = {}): Promise<Node> {
  const redis = await connections.connect({ commandTimeoutMs: 500 })
  const events: SecurityMonitorEvent[] = []
  const common = { mode: 'act', secret: 'shared', principalsMax: 4_096 } as const
  const observe = (event: SecurityMonitorEvent) => void events.push(event)
  const monitor = createSecurityMonitor({ ...common, ...setup, redis, node, observe })
  monitors.push(monitor)
  await monitor.start()
  return { monitor, events }
}

/** With the prefix of the connection. */
const MEASURES = 's-tier:security:measures'

const storedMeasures = () => server.command('hvals', MEASURES) as Promise<string[]>
const NEWS = 's-tier:security:news'

const ATTACKER = '203.0.113.66'

function failure(credentialHash: number, more: Partial<SecurityEvent> = {}): SecurityEvent {
  const about = { ip: ATTACKER, user: 'ada', credentialHash, atMs: Date.now() }
  return { kind: 'auth.failed', ...about, ...more }
}

const banned = (nodes: readonly Node[], ip = ATTACKER, user = 'ada') =>
  nodes.map(({ monitor }) => monitor.loginBanOf(ip, user)?.rule)

const alertsOf = (nodes: readonly Node[]) => nodes.flatMap(({ monitor }) => monitor.alerts())

test('who is spread over four processes is found, once, and refused by all of them', async () => {
  const nodes = await startNodes(4)
  for (let index = 0; index < 5; index++) nodes[index % 4]!.monitor.tell(failure(index))
  await expect.poll(() => banned(nodes)).toEqual(Array(4).fill('brute-force'))
  expect(alertsOf(nodes)).toMatchObject([{ rule: 'brute-force', count: 5, outcome: 'ban' }])
  expect(
    nodes.flatMap(({ events }) => events.filter(({ kind }) => kind === 'security.measure')),
  ).toHaveLength(4)
  expect(banned(nodes, '192.0.2.77')).toEqual(Array(4).fill(undefined)) // At home she gets in.
})

test('the same wrong credential at four processes is one attempt', async () => {
  const nodes = await startNodes(4)
  for (let round = 0; round < 5; round++) {
    for (const { monitor } of nodes) monitor.tell(failure(4_711))
  }
  const counts = () => nodes.map(({ monitor }) => monitor.report().sharing?.sent ?? 0)
  await expect.poll(() => Math.min(...counts())).toBeGreaterThan(0)
  expect(alertsOf(nodes)).toEqual([])
  expect(await server.command('zcard', (await countersOf('user+ip'))[0]!)).toBe(1)
})

async function countersOf(per: string): Promise<string[]> {
  const keys = (await server.command('keys', `*count:*${per}:*`)) as string[]
  return keys
}

test('what the others have counted answers the very request that reaches the threshold', async () => {
  const nodes = await startNodes(2)
  for (let index = 0; index < 3; index++) nodes[0]!.monitor.tell(failure(index))
  const { monitor } = nodes[1]!
  monitor.tell(failure(3))
  await expect.poll(() => monitor.report().sharing?.sent ?? 0).toBeGreaterThan(0)
  expect(monitor.tell(failure(4))).toMatchObject({ kind: 'ban', measure: { offence: 1 } })
  await expect.poll(() => banned(nodes)).toEqual(['brute-force', 'brute-force'])
  expect(alertsOf(nodes)).toHaveLength(1)
})

test('whoever gets in is forgiven what they mistyped at other processes', async () => {
  const nodes = await startNodes(2)
  const { monitor } = nodes[1]!
  for (let index = 0; index < 3; index++) nodes[0]!.monitor.tell(failure(index))
  monitor.tell(failure(3))
  const counted = async () => (await countersOf('user+ip')).length
  await expect.poll(counted).toBe(1)
  monitor.tell({ ...failure(4), kind: 'auth.passed' })
  await expect.poll(counted).toBe(0)
  monitor.tell(failure(5))
  await expect.poll(counted).toBe(1)
  // She as a user has five of them, and her address too: that is told, and refuses nobody at home.
  const kinds = alertsOf(nodes).map(({ principal }) => principal.kind)
  expect(kinds).not.toContain('user+ip')
})

test('what is undone is undone everywhere, and who comes later hears what is in force', async () => {
  const nodes = await startNodes(2)
  const by = 'an operator'
  const first = nodes[0]!.monitor.ban({ ip: ATTACKER, forMs: 60_000, reason: 'a scan' }, by)
  nodes[0]!.monitor.ban({ ip: '198.51.100.0/24', forMs: 60_000, reason: 'asked for' }, by)
  await expect.poll(() => banned(nodes)).toEqual(['by-hand', 'by-hand'])
  expect(nodes[1]!.monitor.undo(first.id, by)).toBe(true)
  await expect.poll(() => banned(nodes)).toEqual([undefined, undefined])
  const stored = async () => (await storedMeasures()).filter(text => text.includes('undoneBy'))
  await expect.poll(stored).toHaveLength(1)
  const later = await startNode('late')
  expect(later.monitor.banOf('198.51.100.7')).toMatchObject({
    reason: expect.stringContaining('asked for'),
  })
  expect(later.monitor.banOf(ATTACKER)).toBeUndefined()
})

test.each(['frozen', 'killed'])(
  'with Redis %s each goes on by itself, and they agree when it is back',
  async how => {
    const nodes = await startNodes(2)
    if (how === 'frozen') server.freeze()
    else await server.kill()
    for (let index = 0; index < 5; index++) nodes[0]!.monitor.tell(failure(index))
    expect(banned(nodes)).toEqual(['brute-force', undefined])
    const failed = () => nodes[0]!.events.map(({ kind }) => kind)
    await expect.poll(failed).toContain('security.share-failed')
    if (how === 'frozen') server.thaw()
    else await server.restart()
    await expect.poll(() => banned(nodes)).toEqual(['brute-force', 'brute-force'])
    await expect.poll(failed).toContain('security.share-restored')
  },
)

test('when Redis has forgotten everything, it is told again', async () => {
  const nodes = await startNodes(2)
  nodes[0]!.monitor.ban({ ip: ATTACKER, forMs: 60_000, reason: 'a scan' }, 'an operator')
  await expect.poll(() => banned(nodes)).toEqual(['by-hand', 'by-hand'])
  await server.flush()
  const stored = () => server.command('hlen', MEASURES)
  await expect.poll(stored).toBe(1)
  expect(banned(nodes)).toEqual(['by-hand', 'by-hand'])
})

test('what was undone without Redis stays undone when it is back', async () => {
  const nodes = await startNodes(2)
  const { id } = nodes[0]!.monitor.ban({ ip: ATTACKER, forMs: 60_000, reason: 'a scan' }, 'me')
  await expect.poll(() => banned(nodes)).toEqual(['by-hand', 'by-hand'])
  await expect.poll(() => server.command('hlen', MEASURES)).toBe(1)
  server.freeze()
  nodes[1]!.monitor.undo(id, 'me')
  expect(banned(nodes)).toEqual(['by-hand', undefined])
  server.thaw()
  await expect.poll(() => banned(nodes)).toEqual([undefined, undefined])
})

/** A ban as it is told and kept, and what it is signed with. */
async function listen(node: Node, order: { readonly ip: string }) {
  const told: string[] = []
  const stranger = await connections.connect({ commandTimeoutMs: 500 })
  await stranger.subscribe('security:news', text => void told.push(text))
  const ban = node.monitor.ban({ ...order, forMs: 60_000, reason: 'a scan' }, 'me')
  await expect.poll(() => told.length).toBe(1)
  await expect.poll(async () => (await storedMeasures()).length).toBe(1)
  return { ban, told: told[0] ?? '', stored: (await storedMeasures())[0] ?? '' }
}

const refusals = ({ events }: Node) =>
  events.filter(({ kind }) => kind === 'security.news-refused').length

test('what is not signed with the secret is not believed, told or kept, and that is told once', async () => {
  const nodes = (await startNodes(2)) as [Node, Node]
  const { ban, told, stored } = await listen(nodes[0], { ip: ATTACKER })
  await expect.poll(() => banned(nodes)).toEqual(['by-hand', 'by-hand'])
  const victim = '192.0.2.99'
  const unsigned = told.replace(/,"mac":"\w+"/, '').replace(ban.id, 'forged-1')
  const forgeries = [
    unsigned.replaceAll(ATTACKER, victim),
    told.replaceAll(ATTACKER, victim).replace(ban.id, 'forged-2'),
    JSON.stringify({ v: 1, kind: 'undone', node: 'x', id: ban.id, by: 'x' }),
  ]
  for (const text of forgeries) await server.command('publish', NEWS, text)
  await server.command('hset', MEASURES, 'forged-3', stored.replaceAll(ATTACKER, victim))
  await server.command('zadd', `${MEASURES}:ends`, String(Date.now() + 60_000), 'forged-3')
  await expect.poll(() => nodes[1].monitor.report().sharing?.refused ?? 0).toBeGreaterThan(3)
  expect(banned(nodes, victim)).toEqual([undefined, undefined])
  expect(banned(nodes)).toEqual(['by-hand', 'by-hand'])
  expect(nodes.map(refusals)).toEqual([1, 1])
})

test('what is signed and told again lets nobody be refused again; what is gone from Redis stays in force', async () => {
  const nodes = (await startNodes(2)) as [Node, Node]
  const { ban, told } = await listen(nodes[0], { ip: ATTACKER })
  await expect.poll(() => banned(nodes)).toEqual(['by-hand', 'by-hand'])
  await server.command('del', MEASURES, `${MEASURES}:ends`)
  nodes[0].monitor.ban({ ip: '192.0.2.1', forMs: 60_000, reason: 'another' }, 'me')
  await expect.poll(() => banned(nodes, '192.0.2.1')).toEqual(['by-hand', 'by-hand'])
  expect(banned(nodes)).toEqual(['by-hand', 'by-hand'])
  nodes[0].monitor.undo(ban.id, 'me')
  await expect.poll(() => banned(nodes)).toEqual([undefined, undefined])
  await server.command('publish', NEWS, told)
  nodes[0].monitor.ban({ ip: '192.0.2.2', forMs: 60_000, reason: 'later news' }, 'me')
  await expect.poll(() => banned(nodes, '192.0.2.2')).toEqual(['by-hand', 'by-hand'])
  expect(banned(nodes)).toEqual([undefined, undefined])
})

test('without a secret nothing is signed, and everything is believed', async () => {
  const nodes = (await startNodes(2, { secret: undefined })) as [Node, Node]
  const { ban, told } = await listen(nodes[0], { ip: ATTACKER })
  expect(told).not.toContain('"mac"')
  await expect.poll(() => banned(nodes)).toEqual(['by-hand', 'by-hand'])
  nodes[1].monitor.undo(ban.id, 'me')
  await expect.poll(() => banned(nodes)).toEqual([undefined, undefined])
  await expect.poll(async () => (await storedMeasures()).length).toBe(0)
})
