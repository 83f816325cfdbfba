import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { createCache } from './composed-cache.ts'
import type { CacheSetup } from './cache.ts'
import type { CacheEvent } from './events.ts'
import { createMemorySharedStore } from './shared/memory-shared-store.ts'
import { createSimulatedStream } from './testing/simulated-bus.ts'

const soon = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

interface Row {
  readonly category: string
}
type Setup = CacheSetup<string, undefined, undefined, Row>

/** Two processes over one second level in memory; time is moved by hand. */
function twoNodes(setup: Setup = {}) {
  const clock = fakeClock()
  const events: CacheEvent[] = []
  const l2 = createMemorySharedStore({ clock })
  const stream = createSimulatedStream({ clock, delayMs: () => 5 })
  const nodes = [1, 2].map(() => {
    const bus = stream.connect()
    const observe = (event: CacheEvent): void => void events.push(event)
    const common = { clock, l2, bus, observe, jitterShare: 0, ttlMs: 1_000 }
    return { bus, cache: createCache<string, undefined, undefined, Row>({ ...common, ...setup }) }
  })
  const [one, other] = nodes
  if (one === undefined || other === undefined) throw new Error('There are two')
  let loads = 0
  const load =
    (value: string, keys: readonly string[] = ['1']) =>
    () => {
      loads++
      return { value, dependencies: [{ tag: 'products', keys }] }
    }
  const advance = async (ms: number): Promise<void> => {
    await soon()
    clock.advance(ms)
    await soon()
  }
  return { clock, l2, events, one, other, load, advance, loads: () => loads }
}

test('what one process has loaded the other finds, with the time that is left', async () => {
  const { one, other, load, advance, loads } = twoNodes()
  await soon()
  await one.cache.get('tent', load('a'))
  await advance(400)
  const found = await other.cache.get('tent', load('b'))
  expect(found).toMatchObject({ value: 'a', from: 'l2', ageMs: 400, ttlMs: 600 })
  expect(other.cache.peek('tent')).toMatchObject({ value: 'a', from: 'l1', ttlMs: 600 })
  await advance(600)
  expect(await other.cache.get('tent', load('b'))).toMatchObject({ value: 'b', from: 'loaded' })
  expect(loads()).toBe(2)
  expect(other.cache.stats()).toMatchObject({ hits: { l1: 1, l2: 1 }, l2: { isReady: true } })
})

test('what one process is told is old in the other too, in memory and in what they share', async () => {
  const { one, other, load, advance } = twoNodes()
  await soon()
  await one.cache.get('tent', load('a'))
  await one.cache.get('boat', load('a', ['2']))
  await advance(0)
  await other.cache.get('tent', load('b'))
  await other.cache.get('boat', load('b', ['2']))
  const told = one.cache.invalidate('products', ['1'])
  await advance(20)
  await told
  expect(other.cache.peek('tent')).toBeUndefined()
  expect(other.cache.peek('boat')).toMatchObject({ value: 'a' })
  expect(other.cache.stats().invalidations).toMatchObject({ row: 1 })
})

test('a value that another process read before a change is not taken from what they share', async () => {
  const { one, other, load, advance } = twoNodes()
  await soon()
  other.bus.cut() // It does not hear of the change, and shares what is old.
  const told = one.cache.invalidate('products', ['1'])
  await advance(20)
  await told
  await other.cache.get('tent', load('old'))
  await soon()
  expect(await one.cache.get('tent', load('new'))).toMatchObject({ value: 'new', from: 'loaded' })
  expect(one.cache.stats().oldInL2).toMatchObject({ row: 1 })
})

test('what is said here and cannot be told to the others yet holds here for what they share', async () => {
  const { one, other, load, advance } = twoNodes()
  await soon()
  const before = one.cache.invalidate('products', ['2'])
  await advance(20)
  await before
  await other.cache.get('tent', load('old'))
  await advance(0)
  one.bus.cut()
  void one.cache.invalidate('products', ['1'])
  await soon()
  expect(await one.cache.get('tent', load('new'))).toMatchObject({ value: 'new', from: 'loaded' })
})

test('a process that was cut off keeps values for a short time, and takes all for old after a gap', async () => {
  const { one, other, load, advance, events } = twoNodes({ behindTtlMs: 100 })
  await soon()
  await other.cache.get('tent', load('a'))
  other.bus.cut()
  await advance(99)
  expect(other.cache.peek('tent')).toMatchObject({ value: 'a' })
  await advance(1)
  expect(other.cache.peek('tent')).toBeUndefined()
  other.bus.heal()
  expect(other.cache.peek('tent')).toMatchObject({ value: 'a' })
  other.bus.cut()
  const told = one.cache.invalidate('products', ['1'])
  await advance(20)
  await told
  other.bus.lose()
  other.bus.heal()
  expect(other.cache.peek('tent')).toBeUndefined()
  expect(events.map(({ kind }) => kind)).toContain('cache.flushed')
  expect(other.cache.stats()).toMatchObject({ invalidations: { all: 1 }, bus: { isBehind: false } })
})

test('a flush of one is a flush of all', async () => {
  const { one, other, load, advance } = twoNodes()
  await soon()
  await other.cache.get('tent', load('a'))
  const told = one.cache.flush()
  await advance(20)
  await told
  expect(other.cache.peek('tent')).toBeUndefined()
  expect(await other.cache.get('tent', load('b'))).toMatchObject({ value: 'b', from: 'loaded' })
})

test('an older value of the second level helps out where a load fails', async () => {
  const { one, other, load, advance } = twoNodes({ staleIfErrorMs: 10_000 })
  await soon()
  await one.cache.get('tent', load('a'))
  await advance(1_500)
  const fail = () => Promise.reject(new Error('no database'))
  const answer = await other.cache.get('tent', fail)
  expect(answer).toMatchObject({ value: 'a', from: 'stale', why: 'error', ttlMs: -500 })
  expect(await other.cache.get('tent', fail)).toMatchObject({ value: 'a', why: 'error' })
  expect(other.cache.stats()).toMatchObject({ loads: 1 }) // The next try comes later.
})

test('foreign bytes, and values that cannot be read, are misses', async () => {
  const { l2, one, other, load, events } = twoNodes({
    codec: {
      encode: value => Buffer.from(value),
      decode: bytes => {
        if (bytes.toString() === 'unreadable') throw new Error('unreadable')
        return bytes.toString()
      },
      encodeVersion: () => '',
      decodeVersion: () => undefined,
    },
  })
  await soon()
  await l2.set('tent', Buffer.from('foreign'), { ttlMs: 1_000 })
  expect(await one.cache.get('tent', load('a'))).toMatchObject({ value: 'a', from: 'loaded' })
  await one.cache.get('boat', load('unreadable'))
  await soon()
  expect(await other.cache.get('boat', load('b'))).toMatchObject({ value: 'b', from: 'loaded' })
  expect(events).toMatchObject([{ kind: 'cache.codec-failed' }])
})

test('tests of dependencies are not shared: without them all of the tag makes a value old', async () => {
  const { one, other, advance } = twoNodes()
  await soon()
  const load = () => ({ value: 'a', dependencies: [{ tag: 'products', test: () => false }] })
  await one.cache.get('tents', load)
  await advance(0)
  await other.cache.get('tents', load)
  await other.cache.get('known', load)
  const told = other.cache.invalidate('products', ['9'], { category: 'tents' })
  await advance(20)
  await told
  expect(one.cache.peek('tents')).toBeDefined()
  expect(other.cache.peek('tents')).toBeUndefined()
})

/** Versions and stamps are numbers: a version contains all stamps up to it. */
const BY_NUMBER = {
  includes: (version: number, stamp: number) => stamp <= version,
  includesAll: (version: number, upTo: number) => upTo <= version,
  later: Math.max,
}

test('what others have stored counts from when it is said that all changes will be told, as far as it is newer', async () => {
  const clock = fakeClock()
  const l2 = createMemorySharedStore({ clock })
  const common = { l2, clock, coherence: BY_NUMBER, jitterShare: 0 }
  const one = createCache<string, number, number>({ ...common, heardSince: 0 })
  const other = createCache<string, number, number>(common)
  const load = (value: string, version: number) => () => ({ value, version })
  await one.get('old', load('a', 4))
  await one.get('new', load('a', 5))
  await one.get('unheard', load('a', 9))
  await soon()
  expect(await other.get('unheard', load('b', 9))).toMatchObject({ from: 'loaded' })
  await other.flush(undefined, 5)
  expect(await other.get('old', load('b', 9))).toMatchObject({ from: 'loaded', value: 'b' })
  expect(await other.get('new', load('b', 9))).toMatchObject({ from: 'l2', value: 'a' })
})

test('what another process stores after a flush, and had read before, is old', async () => {
  const clock = fakeClock()
  const l2 = createMemorySharedStore({ clock })
  const [one, other] = [1, 2].map(() => createCache<string>({ l2, clock, jitterShare: 0 }))
  if (one === undefined || other === undefined) throw new Error('There are two')
  let end: (value: { value: string }) => void = () => undefined
  const late = other.get('tent', () => new Promise<{ value: string }>(resolve => (end = resolve)))
  await soon()
  await one.flush()
  end({ value: 'old' })
  await late
  await soon()
  clock.advance(2_000)
  expect(await one.get('tent', () => ({ value: 'new' }))).toMatchObject({ value: 'new' })
})
