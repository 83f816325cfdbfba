import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import {
  type RedisConnections,
  startRedisConnections,
} from '../../../../tests/support/redis-connections.ts'
import type { Bus } from '../types.ts'
import { type BusSetup, createBus } from './bus.ts'
import { comparePlaces } from './places.ts'

const PATIENCE = { timeout: 10_000, interval: 5 }
const PRODUCT = { commandTimeoutMs: 25, unansweredMs: 200, reconnectDelayMinMs: 5 }
/** Nobody looks by himself. */
const NO_SWEEP = { sweepMs: 3_600_000 }

let connections: RedisConnections
const ends: (() => unknown)[] = []
beforeAll(async () => {
  connections = await startRedisConnections()
})
beforeEach(() => connections.server.flush())
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})
afterAll(() => connections.stop())

interface Member {
  readonly bus: Bus
  readonly heard: string[]
  readonly gaps: string[]
}

async function join(setup: Partial<BusSetup> = {}): Promise<Member> {
  const bus = createBus({ redis: await connections.connect(), ...setup })
  ends.push(bus.close)
  const heard: string[] = []
  const gaps: string[] = []
  await bus.start({
    onMessage: text => void heard.push(text),
    onGap: reason => void gaps.push(reason),
  })
  return { bus, heard, gaps }
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => String(from + index))
const sendAll = (bus: Bus, texts: readonly string[]) => Promise.all(texts.map(bus.send))
const becomes = (texts: readonly string[], expected: readonly string[]) =>
  expect.poll(() => texts, PATIENCE).toEqual(expected)
const command = (...args: [string, ...string[]]) => connections.server.command(...args)

test('all hear what the others say, in one order, and not themselves', async () => {
  const [a, b, c] = [await join(NO_SWEEP), await join(NO_SWEEP), await join(NO_SWEEP)]
  await Promise.all([sendAll(a.bus, numbers(0, 50)), sendAll(b.bus, numbers(50, 100))])
  await expect.poll(() => c.heard.length, PATIENCE).toBe(100)
  await becomes(a.heard, numbers(50, 100))
  await becomes(b.heard, numbers(0, 50))
  expect(c.heard.filter(text => Number(text) < 50)).toEqual(numbers(0, 50))
  expect([...a.gaps, ...b.gaps, ...c.gaps]).toEqual([])
})

test('what is said in one turn goes in one entry, and any text arrives as it is', async () => {
  const [a, b] = [await join(NO_SWEEP), await join(NO_SWEEP)]
  const texts = ['', '"', '\n', 'ä€😀', '[1]', 'x'.repeat(100_000)]
  await sendAll(a.bus, texts)
  await becomes(b.heard, texts)
  expect(await command('xlen', 's-tier:{bus}:stream')).toBe(1)
})

test('places are in the order of the stream, and reached when all before has been heard', async () => {
  const [a, b] = [await join(NO_SWEEP), await join(NO_SWEEP)]
  const first = await a.bus.send('first')
  const second = await a.bus.send('second')
  expect(comparePlaces(first!, second!)).toBeLessThan(0)
  await becomes(b.heard, ['first', 'second'])
  expect(b.bus.place).toBe(second)
  await expect.poll(() => a.bus.place, PATIENCE).toBe(second)
})

test('a lost message of pub/sub is made up for by looking', async () => {
  const [a, b] = [await join(), await join({ sweepMs: 20 })]
  await command('client', 'kill', 'type', 'pubsub')
  await a.bus.send('x')
  await becomes(b.heard, ['x'])
})

test('after an interruption a node goes on where it was', async () => {
  const { redis, proxy } = await connections.connectThrough({ ...PRODUCT, commandTimeoutMs: 1_000 })
  const [a, b] = [await join(), await join({ redis, sweepMs: 20 })]
  await a.bus.send('before')
  await becomes(b.heard, ['before'])
  await proxy.refuse()
  proxy.reset()
  await sendAll(a.bus, numbers(0, 300))
  expect(b.heard).toEqual(['before'])
  await proxy.heal()
  await becomes(b.heard, ['before', ...numbers(0, 300)])
  expect(b.gaps).toEqual([])
})

test('what is said while Redis is away is said later, in order', async () => {
  const { redis, proxy } = await connections.connectThrough({ ...PRODUCT, commandTimeoutMs: 1_000 })
  const [a, b] = [await join({ redis, sweepMs: 20 }), await join()]
  await proxy.refuse()
  proxy.reset()
  expect(new Set(await sendAll(a.bus, numbers(0, 300)))).toEqual(new Set([undefined]))
  await proxy.heal()
  await a.bus.send('after')
  await becomes(b.heard, [...numbers(0, 300), 'after'])
  expect(b.gaps).toEqual([])
})

test('what may have arrived is said again: twice, never in another order', async () => {
  const { redis, proxy } = await connections.connectThrough({ ...PRODUCT, commandTimeoutMs: 200 })
  const [a, b] = [await join({ redis, sweepMs: 20 }), await join()]
  proxy.freeze('to-client')
  const sent = a.bus.send('first')
  await becomes(b.heard, ['first'])
  expect(await sent).toBeUndefined()
  await proxy.heal()
  await expect.poll(() => a.bus.send('second'), PATIENCE).toBeDefined()
  await expect.poll(() => b.heard.at(-1), PATIENCE).toBe('second')
  expect(b.heard.slice(0, 2)).toEqual(['first', 'first'])
})

test('more than may wait becomes a gap for the others', async () => {
  const { redis, proxy } = await connections.connectThrough(PRODUCT)
  const [a, b] = [await join({ redis, waitingMax: 5, sweepMs: 20 }), await join()]
  await proxy.refuse()
  proxy.reset()
  await sendAll(a.bus, numbers(0, 7))
  await proxy.heal()
  await becomes(b.heard, numbers(5, 7))
  expect(b.gaps).toEqual([expect.stringContaining('another node')])
})

const LOSSES: readonly [string, () => Promise<unknown>][] = [
  [
    'the stream is trimmed past a node',
    () => command('xtrim', 's-tier:{bus}:stream', 'maxlen', '1'),
  ],
  ['the stream is deleted', () => command('del', 's-tier:{bus}:stream')],
  ['its head is deleted', () => command('del', 's-tier:{bus}:head')],
  ['Redis has lost everything', () => command('flushall')],
  ['Redis starts again, empty', () => connections.server.restart()],
]

for (const [name, lose] of LOSSES) {
  test(`when ${name}, a node that was away has a gap, and hears what comes then`, async () => {
    const { redis, proxy } = await connections.connectThrough({
      ...PRODUCT,
      commandTimeoutMs: 1_000,
    })
    const [a, b] = [await join({ sweepMs: 20 }), await join({ redis, sweepMs: 20 })]
    await a.bus.send('before')
    await becomes(b.heard, ['before'])
    await proxy.refuse()
    proxy.reset()
    await sendAll(a.bus, ['missed'])
    await a.bus.send('missed too')
    await lose()
    await expect.poll(() => a.bus.send('perhaps'), PATIENCE).toBeDefined()
    await proxy.heal()
    await expect.poll(() => b.gaps.length, PATIENCE).toBe(1)
    await expect.poll(() => a.bus.send('after'), PATIENCE).toBeDefined()
    await expect.poll(() => b.heard.at(-1), PATIENCE).toBe('after')
    expect(b.heard).not.toContain('missed')
  })
}

test('when a replica takes over that had not heard the latest, those that had heard them tell the others', async () => {
  const { redis, proxy } = await connections.connectThrough({ ...PRODUCT, commandTimeoutMs: 1_000 })
  const [a, b] = [await join(NO_SWEEP), await join(NO_SWEEP)]
  const away = await join({ redis, sweepMs: 20 })
  await a.bus.send('kept')
  await becomes(b.heard, ['kept'])
  await becomes(away.heard, ['kept'])
  await proxy.refuse()
  proxy.reset()
  const names = ['s-tier:{bus}:stream', 's-tier:{bus}:head']
  for (const name of names) await command('copy', name, `${name}:replica`)
  await a.bus.send('lost')
  await becomes(b.heard, ['kept', 'lost'])
  for (const name of names) await command('rename', `${name}:replica`, name)
  await proxy.heal()
  await b.bus.send('under the same number')
  await expect.poll(() => b.gaps[0], PATIENCE).toBe('Redis has lost messages')
  await expect.poll(() => away.gaps[0], PATIENCE).toMatch('another node')
  await a.bus.send('at last')
  await expect.poll(() => b.heard.at(-1), PATIENCE).toBe('at last')
  await expect.poll(() => away.heard.at(-1), PATIENCE).toBe('at last')
  expect(away.heard).not.toContain('lost')
})

test('the stream stays as long as it should, about', async () => {
  await command('config', 'set', 'stream-node-max-entries', '10') // Redis trims whole nodes.
  const { bus } = await join({ messagesMax: 20 })
  for (let n = 0; n < 80; n++) await bus.send('x')
  const length = Number(await command('xlen', 's-tier:{bus}:stream'))
  expect(length).toBeGreaterThanOrEqual(20)
  expect(length).toBeLessThanOrEqual(40)
})

test('out of touch for longer than allowed, a node is behind; back, it is not', async () => {
  const { redis, proxy } = await connections.connectThrough(PRODUCT)
  const idle = createBus({ redis })
  expect(idle.isBehind).toBe(true)
  const { bus } = await join({ redis, sweepMs: 20, behindAfterMs: 300 })
  await expect.poll(() => bus.isBehind, PATIENCE).toBe(false)
  proxy.freeze()
  await expect.poll(() => bus.isBehind, PATIENCE).toBe(true)
  await proxy.heal()
  await expect.poll(() => bus.isBehind, PATIENCE).toBe(false)
})

test('it is behind by its own clock, not by that of Redis', async () => {
  const clock = fakeClock()
  const { bus } = await join({ clock, sweepMs: 3_600_000, behindAfterMs: 1_000 })
  clock.advance(1_000)
  expect(bus.isBehind).toBe(false)
  clock.advance(1)
  expect(bus.isBehind).toBe(true)
})

test('a node that cannot reach Redis at first has a gap when it can, for it may have missed something', async () => {
  const { redis, proxy } = await connections.connectThrough(PRODUCT)
  await proxy.refuse()
  proxy.reset()
  await expect.poll(() => redis.isReady, PATIENCE).toBe(false)
  const { bus, gaps } = await join({ redis, sweepMs: 20 })
  expect(bus.isBehind).toBe(true)
  await proxy.heal()
  await expect.poll(() => gaps.length, PATIENCE).toBe(1)
  expect(bus.isBehind).toBe(false)
})

test('closed, it says what it still has to say and hears nothing more', async () => {
  const [a, b] = [await join(NO_SWEEP), await join(NO_SWEEP)]
  void a.bus.send('last')
  await a.bus.close()
  await becomes(b.heard, ['last'])
  await b.bus.send('too late')
  expect(a.heard).toEqual([])
})
