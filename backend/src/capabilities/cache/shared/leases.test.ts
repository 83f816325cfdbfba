import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type Redis,
  type RedisConnections,
  startRedisConnections,
} from '../../../../tests/support/redis-connections.ts'
import type { Lease } from '../types.ts'
import { createLeases, type LeasesSetup, type RedisLeases } from './leases.ts'
import { createRedisStore, type RedisStore } from './redis-store.ts'
import { loadedOnce, type Node } from '../testing/loaded-once.ts'

const PATIENCE = { timeout: 10_000, interval: 5 }
const PATIENT = { waitMs: 10_000 }
const PRODUCT = { commandTimeoutMs: 25, unansweredMs: 200, reconnectDelayMinMs: 5 }

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

async function open(setup: Partial<LeasesSetup> = {}): Promise<RedisLeases> {
  const leases = createLeases({ ...PATIENT, redis: await connections.connect(), ...setup })
  ends.push(leases.close)
  return leases
}

async function nodeOf(redis: Redis, setup: Partial<LeasesSetup> = {}): Promise<Node> {
  const store: RedisStore = createRedisStore({ redis })
  ends.push(store.close)
  return { store, leases: await open({ redis, ...setup }) }
}

const nodes = (count: number, setup: Partial<LeasesSetup> = {}) =>
  Promise.all(Array.from({ length: count }, async () => nodeOf(await connections.connect(), setup)))

const isWaitedFor = () => connections.server.command('hget', 's-tier:{cache}:lease:a', 'waiting')

async function held(leases: RedisLeases, key = 'a'): Promise<Lease> {
  const lease = await leases.acquire(key)
  if (typeof lease === 'string') throw new Error(lease)
  return lease
}

test('one has the lease until it is released, and fences grow', async () => {
  const leases = await open()
  const other = await open()
  const first = await held(leases)
  expect(await other.acquire('a')).toBe('taken')
  expect(await leases.acquire('a')).toBe('taken')
  expect(await other.acquire('b')).toMatchObject({ kind: 'held', isStored: false })
  await leases.release('a', first)
  const second = await held(other)
  expect(second.fence).toBeGreaterThan(first.fence)
  await leases.release('a', first) // It is no longer its own.
  expect(await leases.acquire('a')).toBe('taken')
})

test('who gets the lease is told that something is stored', async () => {
  const leases = await open()
  const store = createRedisStore({ redis: await connections.connect() })
  await store.set('a', Buffer.from('x'), { ttlMs: 60_000 })
  expect(await leases.acquire('a')).toMatchObject({ isStored: true })
})

test('who waits is told by those that release', async () => {
  const leases = await open()
  const told = await open({ pollMs: 60_000 })
  const lease = await held(leases)
  const waits = [told.wait('a'), told.wait('a')]
  await expect.poll(isWaitedFor, PATIENCE).toBe('1')
  await leases.release('a', lease)
  expect(await Promise.all(waits)).toEqual(['released', 'released'])
})

test('a lease that has ended already is not waited for, and where nobody tells a look finds it gone', async () => {
  const leases = await open({ pollMs: 60_000 })
  expect(await leases.wait('a')).toBe('gone')
  await held(leases)
  const waiting = (await open({ pollMs: 5 })).wait('a')
  await expect.poll(isWaitedFor, PATIENCE).toBe('1')
  await connections.server.command('del', 's-tier:{cache}:lease:a')
  expect(await waiting).toBe('gone')
})

test('who cannot look any more does not wait', async () => {
  const { redis, proxy } = await connections.connectThrough({ ...PRODUCT, unansweredMs: 5_000 })
  const leases = await open({ redis, pollMs: 5 })
  const [holder] = await nodes(1)
  await held(holder!.leases as RedisLeases)
  const waiting = leases.wait('a')
  proxy.freeze()
  expect(await waiting).toBe('unavailable')
})

test('nobody waits longer than allowed', async () => {
  const leases = await open()
  await held(leases)
  const other = await open({ waitMs: 20 })
  expect(await other.wait('a')).toBe('timeout')
})

test('a holder that lives keeps its lease for as long as it takes', async () => {
  const leases = await open({ leaseMs: 400 })
  const other = await open()
  const lease = await held(leases)
  await delay(1_000)
  expect(await other.acquire('a')).toBe('taken')
  await leases.release('a', lease)
})

test('a holder that takes too long for anybody to wait loses it', async () => {
  const leases = await open({ leaseMs: 40, holdMsMax: 50 })
  const other = await open()
  await held(leases)
  await expect.poll(() => other.acquire('a'), PATIENCE).toMatchObject({ kind: 'held' })
})

test('of a holder that died somebody takes over', async () => {
  const dying = await connections.connect()
  const leases = await open({ redis: dying, leaseMs: 100 })
  const other = await open({ leaseMs: 100 })
  const lease = await held(leases)
  await dying.close()
  expect(await other.wait('a')).toBe('gone')
  expect((await held(other)).fence).toBeGreaterThan(lease.fence)
})

test('fences go on after Redis has lost everything', async () => {
  const leases = await open()
  const lease = await held(leases)
  await connections.server.flush()
  const second = await held(leases)
  expect(second.fence).toBeGreaterThan(lease.fence)
  await leases.release('a', lease)
  expect(await leases.acquire('a')).toBe('taken')
})

test('closing releases what is held, and nobody waits any more', async () => {
  const leases = await open()
  const other = await open()
  await held(leases)
  const waiting = leases.wait('a')
  await leases.close()
  expect(await waiting).toBe('released')
  await held(other)
})

test('eight nodes that miss the same key fifty times each load it once', async () => {
  const eight = await nodes(8)
  let loads = 0
  const load = async () => {
    loads++
    await delay(30)
    return 'value'
  }
  const calls = eight.flatMap(node => Array.from({ length: 50 }, () => loadedOnce(node, 'a', load)))
  expect(new Set(await Promise.all(calls))).toEqual(new Set(['value']))
  expect(loads).toBe(1)
})

test('a load that fails is done by the next one', async () => {
  const three = await nodes(3)
  let loads = 0
  const load = async () => {
    loads++
    await delay(5)
    if (loads === 1) throw new Error('failed')
    return 'value'
  }
  const calls = three.map(node =>
    loadedOnce(node, 'a', load).catch((error: Error) => error.message),
  )
  expect((await Promise.all(calls)).sort()).toEqual(['failed', 'value', 'value'])
  expect(loads).toBe(2)
})

test('with a holder that dies it is loaded twice, and the late value is not stored', async () => {
  const dying = await connections.connect()
  const first = await nodeOf(dying, { leaseMs: 150 })
  const others = await nodes(7, { leaseMs: 150 })
  let loads = 0
  let finish = (_value: string): void => undefined
  const late = loadedOnce(first, 'a', () => {
    loads++
    return new Promise<string>(resolve => {
      finish = resolve
    })
  })
  await expect.poll(() => loads, PATIENCE).toBe(1)
  const calls = others.flatMap(node =>
    Array.from({ length: 10 }, () =>
      loadedOnce(node, 'a', async () => {
        loads++
        await delay(10)
        return 'new'
      }),
    ),
  )
  await dying.close() // It is not heard of any more.
  expect(new Set(await Promise.all(calls))).toEqual(new Set(['new']))
  expect(loads).toBe(2)
  finish('old')
  expect(await late).toBe('old')
  expect(String(await others[0]!.store.get('a'))).toBe('new')
})

test('a holder that slept through its lease does not overwrite what the next one stored', async () => {
  const [sleeping, next] = await nodes(2, { leaseMs: 60_000 })
  const lease = await held(sleeping!.leases as RedisLeases)
  await connections.server.command('del', 's-tier:{cache}:lease:a') // As if its time were over.
  const second = await held(next!.leases as RedisLeases)
  await next!.store.set('a', Buffer.from('new'), { ttlMs: 60_000, fence: second.fence })
  await next!.leases.release('a', second)
  await sleeping!.store.set('a', Buffer.from('old'), { ttlMs: 60_000, fence: lease.fence })
  await sleeping!.leases.release('a', lease)
  expect(String(await next!.store.get('a'))).toBe('new')
})

test('with Redis frozen in the middle everybody loads, and nobody hangs', async () => {
  const { redis, proxy } = await connections.connectThrough(PRODUCT)
  const waiting = await nodeOf(redis, { waitMs: 50 })
  const [holder] = await nodes(1)
  await expect.poll(() => waiting.leases.acquire('warm'), PATIENCE).toMatchObject({ kind: 'held' })
  const lease = await held(holder!.leases as RedisLeases)
  let loads = 0
  const load = async () => `value ${++loads}`
  const before = Array.from({ length: 5 }, () => loadedOnce(waiting, 'a', load))
  proxy.freeze()
  const during = Array.from({ length: 5 }, () => loadedOnce(waiting, 'b', load))
  const answers = await Promise.all([...before, ...during])
  expect(new Set(answers).size).toBe(10)
  expect(await waiting.leases.acquire('c')).toBe('unavailable')
  expect(loads).toBe(10)
  await proxy.heal()
  await holder!.leases.release('a', lease)
  await expect.poll(() => waiting.leases.acquire('d'), PATIENCE).toMatchObject({ kind: 'held' })
})
