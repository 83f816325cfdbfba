import { expect, test } from 'vitest'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import { createMemoryStore, type MemoryStoreSetup } from './memory-store.ts'
import { randomOf, zipfOf } from './testing/random.ts'

/** The same every time: what is said of hit rates holds for nearly all seeds, not for each. */
const seed = Number(process.env['STIER_TEST_STUDY_SEED'] ?? 20_261_122)

interface Entry {
  readonly staleUntil: number
  readonly bytes: number
}

function setUp(options: MemoryStoreSetup = {}) {
  const clock = fakeClock()
  const store = createMemoryStore<Entry>({ clock, ...options })
  const departures: string[] = []
  store.onDeparture((key, _, why) => void departures.push(`${key} ${why}`))
  const fill = (keys: number, bytes = 1) => {
    for (let n = 0; n < keys; n++) store.set(String(n), { staleUntil: 1_000, bytes })
  }
  return { clock, store, departures, fill }
}

/** Asks for what is popular, and keeps what was not there. */
function serve(
  store: ReturnType<typeof setUp>['store'],
  keys: number,
  uses: number,
  bytes = 1,
): number {
  const draw = zipfOf(keys, 1, randomOf(seed))
  let hits = 0
  for (let n = 0; n < uses; n++) {
    const key = `product ${draw()}`
    if (store.get(key) !== undefined) hits++
    else store.set(key, { staleUntil: Number.POSITIVE_INFINITY, bytes })
  }
  return hits / uses
}

test('there is room for a hundred entries, and more is given only where it pays', () => {
  const { store, fill, departures } = setUp()
  fill(2_000)
  expect(store.stats()).toMatchObject({ entries: 100, entriesMax: 100, evictions: 1_900 })
  expect(departures).toHaveLength(1_900)
  expect(store.stats().curve).toEqual([])
})

test(`popular keys get the room that their hits are worth (seed ${seed})`, () => {
  const { store } = setUp()
  serve(store, 10_000, 150_000)
  const { entriesMax } = store.stats()
  expect(entriesMax).toBeGreaterThanOrEqual(1_600)
  expect(serve(store, 10_000, 20_000)).toBeGreaterThan(0.65)
})

test(`it takes some thousand uses to see that more room is wanted, and to give it (seed ${seed})`, () => {
  const { store } = setUp()
  serve(store, 10_000, 5_000)
  expect(store.stats().entriesMax).toBeGreaterThanOrEqual(400)
})

test(`few keys get no more room than they need, whatever they may have (seed ${seed})`, () => {
  const { store } = setUp()
  serve(store, 300, 100_000)
  expect(store.stats().entriesMax).toBeLessThanOrEqual(800)
})

test(`bytes bound the growth, and what they do not suffice for is given back (seed ${seed})`, () => {
  const { store } = setUp({ bytesMax: 100_000 })
  serve(store, 10_000, 100_000, 100)
  expect(store.stats().entriesMax).toBeGreaterThan(400)
  expect(store.stats().entriesMax).toBeLessThanOrEqual(1_000)
  store.clear()
  serve(store, 10_000, 20_000, 500)
  expect(store.stats().entriesMax).toBeLessThanOrEqual(200)
  expect(store.stats().bytes).toBeLessThanOrEqual(100_000)
})

test(`room that is bounded by the options does not follow the load (seed ${seed})`, () => {
  const { store } = setUp({ entriesMin: 500, entriesMax: 500 })
  serve(store, 10_000, 50_000)
  expect(store.stats()).toMatchObject({ entriesMax: 500, entries: 500 })
})

test(`the curve says what more room would bring (seed ${seed})`, () => {
  const small = setUp({ entriesMin: 200, entriesMax: 200 })
  serve(small.store, 10_000, 100_000)
  const { curve } = small.store.stats()
  expect(curve.map(({ entries }) => entries)).toEqual(
    [1, 10, 100, 1_000].flatMap(by => [100 * by, 200 * by, 500 * by]),
  )
  const shares = curve.map(({ hitShare }) => hitShare)
  expect(shares).toEqual([...shares].sort((one, other) => one - other))
  for (const entriesMax of [1_000, 5_000]) {
    const large = setUp({ entriesMin: entriesMax, entriesMax })
    const measured = serve(large.store, 10_000, 100_000)
    const estimated = curve.find(({ entries }) => entries === entriesMax)?.hitShare
    expect(Math.abs(measured - (estimated ?? 0))).toBeLessThan(0.12)
  }
})

test('what is over leaves little by little, without being asked for', () => {
  const { clock, store, fill, departures } = setUp({ entriesMin: 1_000 })
  fill(100)
  clock.advance(1_000)
  for (let n = 0; n < 60; n++) store.set('other', { staleUntil: 2_000, bytes: 1 })
  expect(store.stats()).toMatchObject({ entries: 1, expirations: 100, evictions: 0 })
  expect(departures).toHaveLength(100)
})

test('an entry that is too large is not kept, and neither is what it was to replace', () => {
  const { store, departures } = setUp({ bytesMax: 10 })
  expect(store.set('a', { staleUntil: 1, bytes: 10 })).toBe(true)
  expect(store.set('a', { staleUntil: 1, bytes: 11 })).toBe(false)
  expect(store.peek('a')).toBeUndefined()
  expect(store.stats()).toMatchObject({ entries: 0, bytes: 0 })
  expect(departures).toEqual([])
})

test('what was popular when it was deleted is so when it comes back', () => {
  const { store, fill } = setUp({ entriesMin: 100, entriesMax: 100 })
  const popular = { staleUntil: 1_000, bytes: 1 }
  store.set('popular', popular)
  store.get('popular')
  store.delete('popular')
  store.set('popular', popular)
  fill(95)
  for (let n = 0; n < 150; n++) store.set(`new ${n}`, { staleUntil: 1_000, bytes: 1 })
  expect(store.peek('popular')).toBe(popular)
})

test('wrong options are named', () => {
  expect(() => createMemoryStore({ bytesMax: 0 })).toThrow(
    expect.objectContaining({
      code: 'ST001',
      message: expect.stringContaining('cache.memory.bytesMax'),
    }),
  )
})
